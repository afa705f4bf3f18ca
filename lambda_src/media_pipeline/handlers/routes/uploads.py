"""Routes of uploads in parts: begin one, sign its parts, see what is there, complete it, give it up."""

from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.uploads.in_parts import (
    ID_PATTERN,
    MAX_ID_CHARACTERS,
    MAX_PARTS,
    MAX_SIGNED_PARTS,
    NewUpload,
)
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Parameter, Routes
from media_pipeline.handlers.routes.schemas import ASSET_ID, COUNT, TEXT, a_list, an_object

ROUTES = Routes()

_UPLOAD_ID = {**TEXT, "pattern": ID_PATTERN, "maxLength": MAX_ID_CHARACTERS}
_SIZE = {"type": "integer", "minimum": 1, "description": "In bytes."}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": MAX_PARTS}
_IN_PATH = Parameter(
    name="upload_id", description="What beginning the upload answered.", schema=_UPLOAD_ID, is_required=True
)
_PLAN = {
    "upload_id": _UPLOAD_ID,
    "size_bytes": _SIZE,
    "part_size_bytes": {**_SIZE, "description": "Of all parts but the last, in bytes."},
    "part_count": _NUMBER,
}
_NEW = an_object(
    {
        "name": {**TEXT, "minLength": 1, "maxLength": 255, "examples": ["film.mp4"]},
        "size_bytes": {**_SIZE, "maximum": 5 * 1024**4},
        "content_type": {**TEXT, "minLength": 1, "maxLength": 255, "examples": ["video/mp4"]},
        "profile": {
            **TEXT,
            "pattern": "^[a-z][a-z0-9-]{0,31}$",
            "description": "The profile to encode it with; else its key or the default decides.",
        },
        "asset_id": {**ASSET_ID, "description": "The video that captions belong to."},
        "upload_id": {**_UPLOAD_ID, "description": "The same, while it is still uploaded."},
    },
    optional=("profile", "asset_id", "upload_id"),
)


@ROUTES.serve(
    Operation(
        name="beginUpload",
        method="POST",
        path="/uploads",
        access=Access.UPLOADER,
        summary="Begin an upload of a video or audio file, or of captions beside one",
        body=_NEW,
        status=201,
        answer=an_object(_PLAN),
        answer_description="The upload has begun. Its parts must have just the sizes that follow from this.",
        problems=(
            *("INVALID_NAME", "INVALID_CONTENT_TYPE", "UNSUPPORTED_FILE_TYPE", "FILE_TOO_LARGE"),
            *("CAPTION_WITHOUT_VIDEO", "UNKNOWN_UPLOAD", "QUOTA_EXCEEDED"),
        ),
    )
)
def begin_upload(call: Call) -> Answer:
    """Begin an upload under a key that the server chooses."""
    upload = call.parts.api_uploads.begin(call.caller, NewUpload(**call.body))
    return Answer(
        status=201,
        body={
            "upload_id": upload.id,
            "size_bytes": upload.size_bytes,
            "part_size_bytes": upload.part_size_bytes,
            "part_count": upload.part_count,
        },
    )


@ROUTES.serve(
    Operation(
        name="getUpload",
        method="GET",
        path="/uploads/{upload_id}",
        access=Access.UPLOADER,
        summary="Return which parts of an upload are there, to go on with it",
        path_parameters=(_IN_PATH,),
        answer=an_object({**_PLAN, "parts": a_list(an_object({"number": _NUMBER, "size_bytes": COUNT}))}),
        answer_description="What S3 has of the upload.",
        problems=("UNKNOWN_UPLOAD",),
    )
)
def get_upload(call: Call) -> Answer:
    """Return what S3 has of an upload."""
    upload, parts = call.parts.api_uploads.parts(call.caller, call.path["upload_id"])
    return Answer(
        body={
            "upload_id": upload.id,
            "size_bytes": upload.size_bytes,
            "part_size_bytes": upload.part_size_bytes,
            "part_count": upload.part_count,
            "parts": [{"number": part.number, "size_bytes": part.size_bytes} for part in parts],
        }
    )


@ROUTES.serve(
    Operation(
        name="signParts",
        method="POST",
        path="/uploads/{upload_id}/parts",
        access=Access.UPLOADER,
        summary="Return the URLs to send parts of an upload to",
        path_parameters=(_IN_PATH,),
        body=an_object({"parts": {**a_list(_NUMBER), "minItems": 1, "maxItems": MAX_SIGNED_PARTS}}),
        answer=an_object(
            {
                "parts": a_list(
                    an_object(
                        {
                            "number": _NUMBER,
                            "size_bytes": _SIZE,
                            "url": {**TEXT, "description": "Where to PUT the part, as it is."},
                        }
                    )
                )
            }
        ),
        answer_description="S3 takes a body of just this size at each URL, for a while.",
        # Signed again, they are valid for longer.
        answers_once=False,
        problems=("UNKNOWN_UPLOAD",),
    )
)
def sign_parts(call: Call) -> Answer:
    """Sign parts; S3 is not asked."""
    signed = call.parts.api_uploads.sign(call.caller, call.path["upload_id"], call.body["parts"])
    return Answer(
        body={
            "parts": [
                {"number": part.number, "size_bytes": part.size_bytes, "url": part.url} for part in signed
            ]
        }
    )


@ROUTES.serve(
    Operation(
        name="completeUpload",
        method="POST",
        path="/uploads/{upload_id}/complete",
        access=Access.UPLOADER,
        summary="Make the file of its parts, so that it is processed",
        path_parameters=(_IN_PATH,),
        answer=an_object({"asset_id": ASSET_ID, "captions": {"type": "boolean"}}, optional=("asset_id",)),
        answer_description="The file is there, and its asset follows in a moment; captions have none.",
        problems=("UNKNOWN_UPLOAD", "UPLOAD_INCOMPLETE"),
    )
)
def complete_upload(call: Call) -> Answer:
    """Complete an upload."""
    done = call.parts.api_uploads.complete(call.caller, call.path["upload_id"])
    if call.parts.sidecar_names.is_caption(done.key):
        return Answer(body={"captions": True})
    return Answer(body={"captions": False, "asset_id": done.asset_id})


@ROUTES.serve(
    Operation(
        name="abortUpload",
        method="DELETE",
        path="/uploads/{upload_id}",
        access=Access.UPLOADER,
        summary="Give an upload up",
        path_parameters=(_IN_PATH,),
        status=204,
        answer=None,
        answer_description="The upload is given up; its parts are gone.",
        problems=("UNKNOWN_UPLOAD",),
    )
)
def abort_upload(call: Call) -> Answer:
    """Give an upload up."""
    call.parts.api_uploads.abort(call.caller, call.path["upload_id"])
    return Answer(status=204)
