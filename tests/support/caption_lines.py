"""Lines of dialogue in the languages whose caption files come in encodings of their own."""

from collections.abc import Sequence

# By language: the encodings that programs wrote it in, and lines as people say them.
LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ru": (
        ("cp1251", "koi8_r", "iso8859_5", "cp866"),
        (
            "Привет! Как дела?",
            "Где ты был вчера вечером?",
            "Я не знаю, о чём ты говоришь.",
            "Нам пора идти, поезд уже стоит на станции.",
            "ОСТОРОЖНО, ДВЕРИ ЗАКРЫВАЮТСЯ",
            "- Подожди меня!\n- Хорошо, только быстро.",
            "Эту книгу мне подарила бабушка.",
        ),
    ),
    "uk": (
        ("cp1251", "koi8_u"),
        (
            "Добрий день! Як справи?",
            "Я не розумію, що ти кажеш.",
            "Її сестра живе у Львові вже п'ять років.",
            "Зачекай хвилинку, я зараз повернуся.",
            "Ми їдемо додому завтра вранці.",
        ),
    ),
    "bg": (
        ("cp1251",),
        (
            "Здравей! Как си днес?",
            "Не разбирам какво ми казваш.",
            "Трябва да тръгваме, влакът чака на гарата.",
            "Къде беше снощи? Търсих те навсякъде.",
        ),
    ),
    "el": (
        ("cp1253", "iso8859_7"),
        (
            "Καλημέρα! Τι κάνεις;",
            "Δεν καταλαβαίνω τι μου λες.",
            "Πρέπει να φύγουμε, το τρένο περιμένει στον σταθμό.",
            "Πού ήσουν χθες το βράδυ;",
            "Άφησε με ήσυχο, σε παρακαλώ.",
        ),
    ),
    "he": (
        ("cp1255", "iso8859_8"),
        (
            "שלום! מה שלומך היום?",
            "אני לא מבין מה אתה אומר.",
            "אנחנו צריכים ללכת, הרכבת מחכה בתחנה.",
            "איפה היית אתמול בערב?",
        ),
    ),
    "ar": (
        ("cp1256", "iso8859_6"),
        (
            "مرحبا! كيف حالك اليوم؟",
            "لا أفهم ما الذي تقوله لي.",
            "يجب أن نذهب الآن، القطار ينتظر في المحطة.",
            "أين كنت مساء أمس؟ بحثت عنك في كل مكان.",
        ),
    ),
    "fa": (
        ("cp1256",),
        (
            "سلام! امروز چطور هستيد؟",
            "من نمي\u200cفهمم چه مي\u200cگوييد.",
            "بايد برويم، قطار در ايستگاه منتظر است.",
        ),
    ),
    "th": (
        ("cp874", "tis_620"),
        (
            "สวัสดีครับ วันนี้เป็นอย่างไรบ้าง",
            "ฉันไม่เข้าใจว่าคุณพูดอะไร",
            "เราต้องไปแล้ว รถไฟรออยู่ที่สถานี",
            "เมื่อคืนคุณอยู่ที่ไหน",
        ),
    ),
    "ja": (
        ("cp932", "euc_jp", "iso2022_jp"),
        (
            "おはようございます。元気ですか?",
            "何を言っているのか分かりません。",
            "もう行かなければならない。電車が駅で待っている。",
            "昨日の夜、どこにいたの?",
            "「ちょっと待って」と彼女は言った。",
            "コーヒーを一杯ください。",
        ),
    ),
    "zh-Hans": (
        ("gb18030", "gbk", "gb2312"),
        (
            "你好!你今天怎么样?",
            "我不明白你在说什么。",
            "我们得走了,火车在车站等着呢。",
            "昨天晚上你在哪里?我到处找你。",
            "请给我一杯咖啡,谢谢。",
        ),
    ),
    "zh-Hant": (
        ("big5", "cp950", "big5hkscs"),
        (
            "你好!你今天怎麼樣?",
            "我不明白你在說什麼。",
            "我們得走了,火車在車站等著呢。",
            "昨天晚上你在哪裡?我到處找你。",
            "請給我一杯咖啡,謝謝。",
        ),
    ),
    "ko": (
        ("cp949", "euc_kr"),
        (
            "안녕하세요! 오늘 기분이 어때요?",
            "무슨 말을 하는지 모르겠어요.",
            "이제 가야 해요. 기차가 역에서 기다리고 있어요.",
            "어젯밤에 어디 있었어? 너를 찾아다녔어.",
        ),
    ),
    "pl": (
        ("cp1250", "iso8859_2"),
        (
            "Cześć! Jak się masz?",
            "Nie rozumiem, co do mnie mówisz.",
            "Musimy już iść, pociąg czeka na stacji.",
            "Gdzie byłeś wczoraj wieczorem? Wszędzie cię szukałem.",
            "Źle się czuję, chcę wrócić do domu.",
        ),
    ),
    "cs": (
        ("cp1250", "iso8859_2"),
        (
            "Dobrý den! Jak se máte?",
            "Nerozumím tomu, co mi říkáš.",
            "Už musíme jít, vlak čeká na nádraží.",
            "Kde jsi byl včera večer? Všude jsem tě hledal.",
            "Ještě chvíli počkej, přijdu hned.",
        ),
    ),
    "hu": (
        ("cp1250", "iso8859_2"),
        (
            "Jó napot! Hogy van?",
            "Nem értem, mit mondasz.",
            "Mennünk kell, a vonat már az állomáson vár.",
            "Hol voltál tegnap este? Mindenütt kerestelek.",
            "Őszintén szólva fáradt vagyok, és aludni szeretnék előbb.",
        ),
    ),
    "ro": (
        ("cp1250", "iso8859_2"),
        (
            "Bună ziua! Ce mai faceţi?",
            "Nu înţeleg ce îmi spui.",
            "Trebuie să plecăm, trenul aşteaptă în gară.",
            "Unde ai fost aseară? Te-am căutat peste tot.",
        ),
    ),
    "hr": (
        ("cp1250", "iso8859_2"),
        (
            "Dobar dan! Kako ste?",
            "Ne razumijem što mi govoriš.",
            "Moramo ići, vlak već čeka na kolodvoru.",
            "Gdje si bio sinoć? Tražio sam te posvuda.",
            "Hvala, možeš li još malo pričekati?",
        ),
    ),
    "tr": (
        ("cp1254", "iso8859_9"),
        (
            "Merhaba! Bugün nasılsın?",
            "Ne dediğini anlamıyorum.",
            "Artık gitmeliyiz, tren istasyonda bekliyor.",
            "Dün gece neredeydin? Her yerde seni aradım.",
            "Şimdi çok yorgunum, yarın görüşürüz.",
        ),
    ),
    "lt": (
        ("cp1257", "iso8859_13"),
        (
            "Labas! Kaip jums sekasi?",
            "Nesuprantu, ką tu man sakai.",
            "Turime eiti, traukinys laukia stotyje.",
            "Kur buvai vakar vakare? Visur tavęs ieškojau.",
            "Ačiū, šiandien esu labai pavargęs, noriu miego.",
        ),
    ),
    "fr": (
        ("cp1252", "latin_1", "iso8859_15"),
        (
            "Bonjour ! Comment ça va ?",
            "Je ne comprends pas ce que tu me dis là.",
            "Il faut partir, le train est déjà arrivé à la gare.",
            "Où étais-tu hier soir ? Je t'ai cherché partout.",
            "Ma mère a préparé un gâteau pour la fête.",
        ),
    ),
    "de": (
        ("cp1252", "latin_1"),
        (
            "Guten Tag! Wie geht es Ihnen?",
            "Ich verstehe nicht, was du mir erzählst.",
            "Wir müssen gehen, der Zug wartet schon am Bahnhof.",
            "Wo warst du gestern Abend? Ich habe dich überall gesucht.",
            "Das heißt, die Tür ist größer als früher.",
        ),
    ),
    "es": (
        ("cp1252", "latin_1"),
        (
            "¡Buenos días! ¿Cómo estás?",
            "No entiendo lo que me dices.",
            "Tenemos que irnos, el tren está esperando en la estación.",
            "¿Dónde estabas anoche? Te busqué por todas partes.",
            "Mañana será otro día, señor.",
        ),
    ),
    "pt": (
        ("cp1252", "latin_1"),
        (
            "Bom dia! Como você está?",
            "Não entendo o que você está dizendo.",
            "Temos que ir, o trem já está na estação.",
            "Onde você estava ontem à noite? Procurei em toda parte.",
            "Amanhã será outro dia, avó. Não se preocupe com as crianças.",
        ),
    ),
    "sv": (
        ("cp1252", "latin_1"),
        (
            "God dag! Hur mår du?",
            "Jag förstår inte vad du säger till mig.",
            "Vi måste gå, tåget väntar på stationen.",
            "Var var du i går kväll? Jag letade överallt efter dig.",
        ),
    ),
    "da": (
        ("cp1252", "latin_1"),
        (
            "Goddag! Hvordan går det?",
            "Jeg forstår ikke, hvad du siger til mig.",
            "Vi må gå nu, toget venter på stationen i København.",
            "Hvor var du i aftes? Jeg ledte efter dig overalt, også på øen.",
        ),
    ),
}


def srt_of(lines: Sequence[str]) -> str:
    """Return lines as a SubRip file."""
    return "\n".join(
        f"{number}\n00:00:{number:02d},000 --> 00:00:{number:02d},900\n{line}\n"
        for number, line in enumerate(lines, 1)
    )


def lines_in(language: str, encoding: str) -> list[str]:
    """Return the lines of a language that an encoding can hold."""
    return [line for line in LINES[language][1] if _fits(line, encoding)]


def _fits(line: str, encoding: str) -> bool:
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
