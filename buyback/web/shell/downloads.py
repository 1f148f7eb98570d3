"""Files on their way to a browser."""

from flask import Response

from buyback.files.writing.downloads import PDF, Download


def send(file: Download) -> Response:
    """A file under its name: a paper opens, to be looked at before it is printed; anything else is saved."""
    answer = Response(file.content, mimetype=file.media_type)
    how = "inline" if file.media_type == PDF else "attachment"
    answer.headers.set("Content-Disposition", how, filename=file.name)
    return answer
