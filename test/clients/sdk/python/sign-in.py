"""Who am I, for each audience? And what do the services show me?"""

import base64
import json
import time

from azure.containerregistry import ContainerRegistryClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient

from credential import credential_of
from question import answer


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def program(asked):
    credential = credential_of(asked["credential"])
    tokens = []
    for audience in asked["audiences"]:
        token = credential.get_token(f"{audience}/.default")
        claims = claims_of(token.token)
        minutes = round((token.expires_on - time.time()) / 60)
        tokens.append({"aud": claims["aud"], "oid": claims["oid"], "tid": claims["tid"], "minutes": minutes})
    arm = ContainerRegistryManagementClient(credential, asked["subscription"], base_url=asked["control"])
    repositories = ContainerRegistryClient(asked["control"], credential).list_repository_names()
    return {
        "tokens": tokens,
        "registries": [each.name for each in arm.registries.list()],
        "repositories": list(repositories),
    }


answer(program)
