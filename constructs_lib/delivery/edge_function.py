"""JavaScript that CloudFront runs at the edge, before it looks into its cache."""

from constructs_lib.bindings import Construct
from constructs_lib.bindings.cloudfront import CloudfrontFunction

# Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MAX_CODE_BYTES = 10_240


class EdgeFunction(Construct):
    """A CloudFront function of a viewer's request. Raises ValueError where its code is too large."""

    def __init__(self, scope: Construct, id_: str, *, name: str, comment: str, code: str) -> None:
        super().__init__(scope, id_)
        if len(code.encode()) > MAX_CODE_BYTES:
            raise ValueError(
                f"{name} has {len(code.encode())} bytes of code; at most {MAX_CODE_BYTES} are allowed"
            )
        self._function = CloudfrontFunction(
            self, "Function", name=name, runtime="cloudfront-js-2.0", comment=comment, code=code, publish=True
        )
        self.arn: str = self._function.arn
