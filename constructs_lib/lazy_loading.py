"""Load only those parts of the AWS bindings that are used.

The package has 2,135 submodules and its `__init__` imports every one of them, in Python and, through jsii,
once more in Node.js. Both take the better part of half a minute. Here each side resolves a submodule when it
is first named, which changes nothing in what is synthesized: the modules themselves stay as they are.
"""

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

# Those of CDKTF, and those of its community's fork, which have the same shape.
AWS_BINDINGS = frozenset({"cdktf_cdktf_provider_aws", "cdktn_provider_aws"})
NODE_PRELOAD = Path(__file__).with_name("lazy_require.cjs")

# jsii names each end-of-life Node.js release that it should not warn about.
SILENCED_NODE_VERSIONS = "18,20"


class _SubmodulesOnDemand(Loader):
    """Stand in for the `__init__` of the bindings."""

    def exec_module(self, module: ModuleType) -> None:
        def import_submodule(name: str) -> ModuleType:
            full_name = f"{module.__name__}.{name}"
            try:
                return importlib.import_module(full_name)
            except ModuleNotFoundError as error:
                if error.name != full_name:
                    raise
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}") from None

        module.__dict__["__getattr__"] = import_submodule


class _AwsBindingsFinder(MetaPathFinder):
    """Find the bindings' package and keep its `__init__` from running; its submodules load as usual."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in AWS_BINDINGS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = _SubmodulesOnDemand()
        return spec


@contextmanager
def aws_bindings_on_demand() -> Iterator[None]:
    """Make first imports of cdktf and the AWS bindings within the context lazy.

    jsii starts its Node.js process while cdktf is imported, so that process, and no later one, is given the
    preload. Where cdktf was imported before, nothing breaks: loading is merely as slow as it always was.
    """
    if not any(isinstance(finder, _AwsBindingsFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AwsBindingsFinder())
    os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = SILENCED_NODE_VERSIONS
    before = os.environ.get("NODE_OPTIONS")
    quoted = str(NODE_PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    os.environ["NODE_OPTIONS"] = f'{before or ""} --require "{quoted}"'.strip()
    try:
        yield
    finally:
        if before is None:
            del os.environ["NODE_OPTIONS"]
        else:
            os.environ["NODE_OPTIONS"] = before
