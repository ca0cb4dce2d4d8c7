"""A registry's life at the management plane, without its end."""

from datetime import datetime, timedelta, timezone

from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.containerregistry.models import (
    GenerateCredentialsParameters,
    IPRule,
    NetworkRuleSet,
    RegenerateCredentialParameters,
    Registry,
    RegistryNameCheckRequest,
    RegistryUpdateParameters,
    ScopeMap,
    Sku,
    Token,
)

from credential import credential_of
from question import answer, refusal_of


def pick(registry):
    rules = registry.network_rule_set.ip_rules if registry.network_rule_set else []
    age = datetime.now(timezone.utc) - registry.creation_date
    return {
        "id": registry.id,
        "name": registry.name,
        "type": registry.type,
        "location": registry.location,
        "tags": registry.tags,
        "loginServer": registry.login_server,
        "provisioningState": registry.provisioning_state,
        "adminUserEnabled": registry.admin_user_enabled,
        "anonymousPullEnabled": registry.anonymous_pull_enabled,
        "sku": registry.sku.name,
        "ranges": [each.ip_address_or_range for each in rules],
        "isNew": timedelta(seconds=-5) < age < timedelta(minutes=10),
    }


def passwords(result):
    return {"username": result.username, "values": [each.value for each in result.passwords]}


def program(asked):
    client = ContainerRegistryManagementClient(
        credential_of(asked["credential"]), asked["subscription"], base_url=asked["control"]
    )
    group, name, registries = asked["group"], asked["name"], client.registries
    check = RegistryNameCheckRequest(name=name, type="Microsoft.ContainerRegistry/registries")
    free = registries.check_name_availability(check)
    missing = refusal_of(lambda: registries.get(group, name))
    created = registries.begin_create(
        group,
        name,
        Registry(location="local", sku=Sku(name="Premium"), tags={"team": "harbour"}, admin_user_enabled=False),
    ).result()
    taken = registries.check_name_availability(check)
    updated = registries.begin_update(
        group,
        name,
        RegistryUpdateParameters(
            tags={"team": "quay"},
            admin_user_enabled=True,
            anonymous_pull_enabled=True,
            network_rule_set=NetworkRuleSet(
                default_action="Allow", ip_rules=[IPRule(action="Allow", ip_address_or_range="203.0.113.0/24")]
            ),
        ),
    ).result()
    shown = registries.get(group, name)
    credentials = registries.list_credentials(group, name)
    renewed = registries.regenerate_credential(group, name, RegenerateCredentialParameters(name="password2"))
    scope_map = client.scope_maps.begin_create(
        group, name, "reads", ScopeMap(actions=["repositories/team/app/content/read"])
    ).result()
    token = client.tokens.begin_create(group, name, "robot", Token(scope_map_id=scope_map.id, status="enabled")).result()
    generated = registries.begin_generate_credentials(
        group, name, GenerateCredentialsParameters(token_id=token.id, name="password1")
    ).result()
    usages = registries.list_usages(group, name)
    wrong = refusal_of(
        lambda: registries.begin_create(group, "no", Registry(location="local", sku=Sku(name="Premium"))).result()
    )
    return {
        "free": free.name_available,
        "taken": taken.name_available,
        "missing": missing,
        "wrong": wrong,
        "created": pick(created),
        "updated": pick(updated),
        "shown": pick(shown),
        "credentials": passwords(credentials),
        "renewed": passwords(renewed),
        "scopeMaps": [each.name for each in client.scope_maps.list(group, name)],
        "tokens": [each.name for each in client.tokens.list(group, name)],
        "generated": passwords(generated),
        "usages": [each.name for each in usages.value],
        "listed": [each.name for each in registries.list()],
        "listedInGroup": [each.name for each in registries.list_by_resource_group(group)],
    }


answer(program)
