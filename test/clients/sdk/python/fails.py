"""A credential that is not to be believed: what does the SDK say?"""

from azure.core.exceptions import ClientAuthenticationError

from credential import credential_of
from question import answer


def program(asked):
    try:
        credential_of(asked["credential"]).get_token(f"{asked['control']}/.default")
    except ClientAuthenticationError as error:
        return {"message": error.message}
    raise AssertionError("signed in")


answer(program)
