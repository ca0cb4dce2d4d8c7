{{/* What cannot be, in a sentence each, before anything is made. */}}
{{- define "longshore.refusals" -}}
{{- $v := .Values -}}
{{- if eq $v.mode "embedded" -}}
  {{- if gt (int (include "longshore.replicas" .)) 1 -}}
    {{- fail "replicas: embedded mode has one pod, since one process owns its data folder; for more take mode: scaled with a database and a bucket" -}}
  {{- end -}}
  {{- if $v.autoscaling.enabled -}}
    {{- fail "autoscaling.enabled: embedded mode has one pod; for more take mode: scaled with a database and a bucket" -}}
  {{- end -}}
  {{- if $v.database.url -}}
    {{- fail "database.url: embedded mode keeps its facts in SQLite; take mode: scaled for PostgreSQL" -}}
  {{- end -}}
  {{- if $v.secretKey.secretName -}}
    {{- fail "secretKey.secretName: in embedded mode the server makes its key on its volume, and takes one that is there before it for a sign that the volume was lost" -}}
  {{- end -}}
{{- else -}}
  {{- if not $v.database.url -}}
    {{- fail "database.url: scaled mode needs a PostgreSQL that all pods share, postgres://user@host:5432/database" -}}
  {{- end -}}
  {{- if not $v.secretKey.secretName -}}
    {{- fail "secretKey.secretName: scaled mode needs a Secret with the key that all pods share (32 bytes)" -}}
  {{- end -}}
  {{- if not $v.bucket.url -}}
    {{- fail "bucket.url: scaled mode needs a bucket that all pods share, s3://bucket/prefix?region=… or azblob://account/container/prefix" -}}
  {{- end -}}
  {{- if not $v.publicUrl -}}
    {{- fail "publicUrl: scaled mode needs the one address that all pods are asked by, https://registry.example.org" -}}
  {{- end -}}
  {{- if $v.persistence.existingClaim -}}
    {{- fail "persistence.existingClaim: scaled mode keeps nothing on a volume; it would lie unused" -}}
  {{- end -}}
  {{- if and $v.https.enabled (not $v.https.secretName) -}}
    {{- fail "https.secretName: in scaled mode each pod would make a certificate authority of its own; name a Secret with a certificate" -}}
  {{- end -}}
  {{- if and $v.autoscaling.enabled (gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) -}}
    {{- fail "autoscaling.minReplicas: is more than autoscaling.maxReplicas" -}}
  {{- end -}}
{{- end -}}
{{- if or (regexMatch "^[a-z]+://[^/@]*:[^/@]*@" $v.database.url) (regexMatch "[?&]password=" $v.database.url) -}}
  {{- fail "database.url: has a password in it, which everybody who may read the pod would see; put it into a Secret and name that as database.passwordSecret" -}}
{{- end -}}
{{- if or (contains "@" $v.bucket.url) (regexMatch "[?&]sig=" $v.bucket.url) -}}
  {{- fail "bucket.url: has keys in it, which everybody who may read the pod would see; put them into a Secret and name that as bucket.keysSecret" -}}
{{- end -}}
{{- if $v.ingress.enabled -}}
  {{- if not $v.publicUrl -}}
    {{- fail "publicUrl: an ingress needs the address that it answers at, https://registry.example.org" -}}
  {{- end -}}
  {{- if not $v.trustedProxies -}}
    {{- fail "trustedProxies: name the addresses of the ingress controller's pods; without them clients are sent to http:// and count as one address" -}}
  {{- end -}}
  {{- if and $v.ingress.tls.clusterIssuer $v.ingress.tls.issuer -}}
    {{- fail "ingress.tls: has a clusterIssuer and an issuer; a certificate comes from one of them" -}}
  {{- end -}}
  {{- if and (hasPrefix "https://" $v.publicUrl) (not (include "longshore.tlsSecret" .)) -}}
    {{- fail "ingress.tls: publicUrl is https://, so name a secretName, a clusterIssuer or an issuer" -}}
  {{- end -}}
{{- end -}}
{{- if and (hasPrefix "https://" $v.publicUrl) (not $v.https.enabled) (not $v.trustedProxies) -}}
  {{- fail "trustedProxies: publicUrl is https:// and the server speaks HTTP alone; name the addresses of what ends TLS before it, or set https.enabled" -}}
{{- end -}}
{{- end -}}
