"""What the test asks comes as JSON on standard input; the answer goes out as JSON."""

import json
import sys

from azure.core.exceptions import HttpResponseError


def answer(program):
    json.dump(program(json.load(sys.stdin)), sys.stdout)


def refusal_of(work):
    """Status and code of the service's answer. Fails when nothing is thrown."""
    try:
        work()
    except HttpResponseError as error:
        return {"status": error.status_code, "code": code_of(error)}
    raise AssertionError("was not refused")


def code_of(error):
    if error.error is not None and error.error.code is not None:
        return error.error.code
    try:
        return error.response.json()["errors"][0]["code"]
    except Exception:
        # A streamed answer was not kept.
        return None
