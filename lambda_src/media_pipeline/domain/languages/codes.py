"""The codes of languages, scripts and countries that language tags are made of, and what they mean.

Source: ISO 639-1 and 639-2 (languages), ISO 639-3 (a few that people caption in), ISO 15924, ISO 3166-1, and
the IANA language subtag registry (variants, and codes that others have taken the place of).
"""

# Two letters, the codes of three letters for the same, the name.
_TWO_LETTERS = """
aa aar Afar
ab abk Abkhazian
ae ave Avestan
af afr Afrikaans
ak aka Akan
am amh Amharic
an arg Aragonese
ar ara Arabic
as asm Assamese
av ava Avaric
ay aym Aymara
az aze Azerbaijani
ba bak Bashkir
be bel Belarusian
bg bul Bulgarian
bi bis Bislama
bm bam Bambara
bn ben Bengali
bo bod/tib Tibetan
br bre Breton
bs bos Bosnian
ca cat Catalan
ce che Chechen
ch cha Chamorro
co cos Corsican
cr cre Cree
cs ces/cze Czech
cu chu Church Slavic
cv chv Chuvash
cy cym/wel Welsh
da dan Danish
de deu/ger German
dv div Divehi
dz dzo Dzongkha
ee ewe Ewe
el ell/gre Greek
en eng English
eo epo Esperanto
es spa Spanish
et est Estonian
eu eus/baq Basque
fa fas/per Persian
ff ful Fulah
fi fin Finnish
fj fij Fijian
fo fao Faroese
fr fra/fre French
fy fry Western Frisian
ga gle Irish
gd gla Scottish Gaelic
gl glg Galician
gn grn Guarani
gu guj Gujarati
gv glv Manx
ha hau Hausa
he heb Hebrew
hi hin Hindi
ho hmo Hiri Motu
hr hrv Croatian
ht hat Haitian Creole
hu hun Hungarian
hy hye/arm Armenian
hz her Herero
ia ina Interlingua
id ind Indonesian
ie ile Interlingue
ig ibo Igbo
ii iii Sichuan Yi
ik ipk Inupiaq
io ido Ido
is isl/ice Icelandic
it ita Italian
iu iku Inuktitut
ja jpn Japanese
jv jav Javanese
ka kat/geo Georgian
kg kon Kongo
ki kik Kikuyu
kj kua Kuanyama
kk kaz Kazakh
kl kal Kalaallisut
km khm Khmer
kn kan Kannada
ko kor Korean
kr kau Kanuri
ks kas Kashmiri
ku kur Kurdish
kv kom Komi
kw cor Cornish
ky kir Kyrgyz
la lat Latin
lb ltz Luxembourgish
lg lug Ganda
li lim Limburgish
ln lin Lingala
lo lao Lao
lt lit Lithuanian
lu lub Luba-Katanga
lv lav Latvian
mg mlg Malagasy
mh mah Marshallese
mi mri/mao Māori
mk mkd/mac Macedonian
ml mal Malayalam
mn mon Mongolian
mr mar Marathi
ms msa/may Malay
mt mlt Maltese
my mya/bur Burmese
na nau Nauru
nb nob Norwegian Bokmål
nd nde North Ndebele
ne nep Nepali
ng ndo Ndonga
nl nld/dut Dutch
nn nno Norwegian Nynorsk
no nor Norwegian
nr nbl South Ndebele
nv nav Navajo
ny nya Chewa
oc oci Occitan
oj oji Ojibwa
om orm Oromo
or ori Odia
os oss Ossetian
pa pan Punjabi
pi pli Pali
pl pol Polish
ps pus Pashto
pt por Portuguese
qu que Quechua
rm roh Romansh
rn run Rundi
ro ron/rum Romanian
ru rus Russian
rw kin Kinyarwanda
sa san Sanskrit
sc srd Sardinian
sd snd Sindhi
se sme Northern Sami
sg sag Sango
sh hbs Serbo-Croatian
si sin Sinhala
sk slk/slo Slovak
sl slv Slovenian
sm smo Samoan
sn sna Shona
so som Somali
sq sqi/alb Albanian
sr srp Serbian
ss ssw Swati
st sot Southern Sotho
su sun Sundanese
sv swe Swedish
sw swa Swahili
ta tam Tamil
te tel Telugu
tg tgk Tajik
th tha Thai
ti tir Tigrinya
tk tuk Turkmen
tl tgl Tagalog
tn tsn Tswana
to ton Tonga
tr tur Turkish
ts tso Tsonga
tt tat Tatar
tw twi Twi
ty tah Tahitian
ug uig Uyghur
uk ukr Ukrainian
ur urd Urdu
uz uzb Uzbek
ve ven Venda
vi vie Vietnamese
vo vol Volapük
wa wln Walloon
wo wol Wolof
xh xho Xhosa
yi yid Yiddish
yo yor Yoruba
za zha Zhuang
zh zho/chi Chinese
zu zul Zulu
"""

# Three letters where there are no two, the name.
_THREE_LETTERS = """
ast Asturian
ceb Cebuano
chr Cherokee
ckb Central Kurdish
cnr Montenegrin
crh Crimean Tatar
fil Filipino
fur Friulian
grc Ancient Greek
gsw Swiss German
haw Hawaiian
hmn Hmong
hsb Upper Sorbian
kab Kabyle
kmr Northern Kurdish
kok Konkani
lad Ladino
mai Maithili
nan Min Nan Chinese
nap Neapolitan
nds Low German
pap Papiamento
pcm Nigerian Pidgin
prs Dari
sah Yakut
scn Sicilian
sco Scots
tet Tetum
tpi Tok Pisin
udm Udmurt
wuu Wu Chinese
yua Yucatec Maya
yue Cantonese
"""

# The same, and seldom enough to be shown by their code.
_SELDOM = """
ace ach acm ada ady afh ain akk ale alt ang anp apc arc arn arp arw ary arz ase awa bal ban bas bej bem
bfi bho bik bin bla bra bua bug byn cad car chb chg chk chm chn cho chp chy cop csb dak dar del den dgr
din doi dsb dua dum dyu efi egy eka elx enm ewo fan fat fon frm fro frr frs gaa gan gay gba gez gil gmh
goh gon gor got grb gwi hai hak hil hit hup iba ilo inh jpr jrb kaa kac kam kaw kbd kek kha kho kmb kos
kpe krc krl kru kum kut lah lam lez lmo lol loz lua lui lun luo lus mad mag mak man mas mdf mdr men mga
mic min mnc mni moh mos mus mwl mwr myv new nia niu nog non nqo nso nwc nym nyn nyo nzi osa ota pag pal
pam pau peo phn pon pro quc raj rap rar rif rom rup sad sam sas sat sel sga shi shn sid sma smj smn sms
snk sog srn srr sus sux syc syr tem ter tig tiv tkl tlh tli tmh tog tsi tum tvl tyv tzm uga umb vai vec
vep vot wal war was xal yao yap zap zbl zen zgh zlm mul zxx zun zza
"""

_SCRIPTS = """
Adlm Arab Armn Beng Bopo Brai Cans Cher Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hans Hant Hebr Hira
Java Jpan Kana Khmr Knda Kore Laoo Latf Latn Mlym Mong Mymr Nkoo Olck Orya Sinh Syrc Taml Telu Tfng Thaa
Thai Tibt Vaii Yiii
"""

_REGIONS = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK
YE YT ZA ZM ZW
001 003 005 009 013 019 021 029 030 034 053 142 145 150 151 154 155 202 419
"""

_VARIANTS = """
1606nict 1694acad 1901 1994 1996 abl1943 ao1990 arevela arevmda aluku baku1926 balanka barla biske boont
colb1945 dajnko ekavsk emodeng fonipa hepburn ijekavsk jyutping kkcor luna1918 lipaw monoton nedis
newfound njiva nulik osojs oxendict pamaka petr1708 pinyin polyton rozaj scotland scouse solba tarask
uccor ucrcor unifon valencia wadegile
"""

# What people write in names of files, and codes that are no longer in use.
_ALSO_KNOWN_AS = """
brazilian=pt-BR castellano=es-ES castilian=es-ES catala=ca chs=zh-Hans cht=zh-Hant cmn=zh arb=ar
deutsch=de ell=el espanol=es español=es farsi=fa flemish=nl-BE francais=fr français=fr in=id italiano=it
iw=he ji=yi jw=jv latino=es-419 mandarin=zh mo=ro nederlands=nl norsk=no pes=fa pob=pt-BR polski=pl
portugues=pt português=pt ptbr=pt-BR scc=sr scr=hr svenska=sv turkce=tr türkçe=tr zht=zh-Hant
"""


def _rows(text: str, columns: int) -> list[list[str]]:
    return [line.split(maxsplit=columns - 1) for line in text.strip().splitlines()]


NAMES = {
    **{code: name for code, _, name in _rows(_TWO_LETTERS, 3)},
    **dict(_rows(_THREE_LETTERS, 2)),
}
SHORTEST = {code: short for short, codes, _ in _rows(_TWO_LETTERS, 3) for code in codes.split("/")}
LANGUAGES = frozenset({*NAMES, *_SELDOM.split()})
SCRIPTS = frozenset(_SCRIPTS.split())
REGIONS = frozenset(_REGIONS.split())
VARIANTS = frozenset(_VARIANTS.split())
ALIASES = {
    **{name.lower(): code for code, name in NAMES.items()},
    **dict(pair.split("=") for pair in _ALSO_KNOWN_AS.split()),
}
