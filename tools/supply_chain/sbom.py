"""The zip's bill of materials in CycloneDX: the same zip gives the same text, anywhere and at any time."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.supply_chain.contents import Contents, Package

NAME = "media-pipeline-lambda"
CODE_NAME = "media-pipeline"


def sbom(contents: Contents, *, direct: Iterable[str], version: str, code_licence: str) -> str:
    """Return the JSON text of a CycloneDX 1.6 bill of materials.

    `direct` names the packages that our code asks for by itself; `version` is that of our code. Every file of
    the zip is in it, below the package that it belongs to or below our code. A package's hash is that of its
    wheel; that of our code is the hash of what `sha256sum` prints of its files.
    """
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"urn:sha256:{contents.sha256}"))
    root = Component(
        bom_ref=f"{NAME}.zip",
        type=ComponentType.APPLICATION,
        name=NAME,
        version=version,
        hashes=[_sha256(contents.sha256)],
    )
    bom.metadata.component = root
    code = _code(contents.code, version, code_licence)
    packages = {package.name: _package(package) for package in contents.packages}
    for component in (code, *packages.values()):
        bom.components.add(component)
    bom.register_dependency(root, [code])
    bom.register_dependency(code, [packages[name] for name in direct])
    for package in contents.packages:
        needed = [packages[name] for name in package.requires if name in packages]
        bom.register_dependency(packages[package.name], needed)
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    # When it was written says nothing of the zip.
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _package(package: Package) -> Component:
    purl = PackageURL("pypi", None, package.name, package.version)
    licences = LicenseFactory()
    return Component(
        bom_ref=purl.to_string(),
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=purl,
        licenses=[licences.make_from_string(text) for text in package.licences],
        hashes=[_sha256(package.wheel_sha256)],
        components=_files(package.files, purl.to_string()),
    )


def _code(files: Mapping[str, str], version: str, licence: str) -> Component:
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    digest = hashlib.sha256(listing.encode()).hexdigest()
    purl = PackageURL("generic", None, CODE_NAME, version)
    return Component(
        bom_ref=purl.to_string(),
        type=ComponentType.APPLICATION,
        name=CODE_NAME,
        version=version,
        purl=purl,
        licenses=[LicenseFactory().make_from_string(licence)],
        hashes=[_sha256(digest)],
        components=_files(files, purl.to_string()),
    )


def _files(files: Mapping[str, str], owner: str) -> list[Component]:
    return [
        Component(
            # The library invents random ones where there is none.
            bom_ref=BomRef(f"{owner}#{name}"),
            type=ComponentType.FILE,
            name=name,
            hashes=[_sha256(digest)],
        )
        for name, digest in files.items()
    ]


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)
