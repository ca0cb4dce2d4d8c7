"""The ways to sign in, as the SDK's documentation writes them."""

import sys

from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    UsernamePasswordCredential,
)

# Public: it is the Azure CLI's, and the SDK's own default for people.
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def show_prompt(verification_uri, user_code, _expires_on):
    print(f"open {verification_uri} and enter the code {user_code} there", file=sys.stderr, flush=True)


def credential_of(wanted):
    options = {}
    if "authority" in wanted:
        options = {"authority": wanted["authority"], "disable_instance_discovery": True}
    way, tenant, client = wanted["way"], wanted.get("tenant"), wanted.get("client")
    if way == "default":
        return DefaultAzureCredential()
    if way == "secret":
        return ClientSecretCredential(tenant, client, wanted["secret"], **options)
    if way == "certificate":
        return CertificateCredential(tenant, client, wanted["certificate"], **options)
    if way == "password":
        return UsernamePasswordCredential(AZURE_CLI, wanted["username"], wanted["password"], tenant_id=tenant, **options)
    if way == "device":
        return DeviceCodeCredential(tenant_id=tenant, prompt_callback=show_prompt, **options)
    if way == "browser":
        return InteractiveBrowserCredential(tenant_id=tenant, **options)
    raise ValueError(way)
