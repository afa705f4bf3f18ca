"""People of the deployed user pool, who sign in once."""

from collections.abc import Mapping

from sandbox.deployment.delivered import Answer, Delivered

GROUPS = ("viewer", "uploader", "operator")


class People:
    """Call the API as somebody of a group."""

    def __init__(self, delivered: Delivered) -> None:
        self.delivered = delivered
        self._tokens: dict[tuple[str, str], str] = {}

    def token(self, group: str, name: str = "ann") -> str:
        """Return the access token of a person of a group; another name is another person."""
        if (group, name) not in self._tokens:
            person = self.delivered.add_person(f"{name}.{group}@example.com", group)
            self._tokens[group, name] = self.delivered.sign_in(person)
        return self._tokens[group, name]

    def call(
        self, group: str, method: str, path: str, *, body: object = None, key: str | None = None
    ) -> Answer:
        """Send a request as a person of a group, with an Idempotency-Key where one is given."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.delivered.call(method, path, token=self.token(group), body=body, headers=headers)

    def cookies(self, asset_id: str) -> Mapping[str, str]:
        """Return the cookies that let a viewer play an asset."""
        answer = self.call("viewer", "POST", f"/api/assets/{asset_id}/playback")
        assert answer.status == 200, answer.body
        return answer.cookies()

    def open(self, path: str, cookies: Mapping[str, str] | None = None) -> Answer:
        """Ask for a path as a browser does that has these cookies; the path is sent as it is."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        return self.delivered.call("GET", path, headers=sent)
