"""The end of a registry."""

from azure.mgmt.containerregistry import ContainerRegistryManagementClient

from credential import credential_of
from question import answer, refusal_of


def program(asked):
    credential = credential_of(asked["credential"])
    registries = ContainerRegistryManagementClient(credential, asked["subscription"], base_url=asked["control"]).registries
    group, name = asked["group"], asked["name"]
    registries.begin_delete(group, name).result()
    missing = refusal_of(lambda: registries.get(group, name))
    return {"missing": missing, "listed": [each.name for each in registries.list()]}


answer(program)
