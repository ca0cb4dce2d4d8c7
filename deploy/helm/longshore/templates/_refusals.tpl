{{/* What cannot be, in a sentence each, before anything is made. */}}
{{- define "longshore.refusals" -}}
{{- $v := .Values -}}
{{- include "longshore.elsewhere" . -}}
{{- $name := include "longshore.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
  {{- fail (printf "fullnameOverride: the Service would be named %s, and a Service's name begins with a letter and has letters, digits and dashes alone; give it another name" $name) -}}
{{- end -}}
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
  {{- if and $v.autoscaling.enabled (not (dig "requests" "cpu" "" $v.resources)) -}}
    {{- fail "resources.requests.cpu: autoscaling measures the load by it; without one it never adds a pod" -}}
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
{{- if eq $v.service.type "ClusterIP" -}}
  {{- range $name := list "externalTrafficPolicy" "httpNodePort" "httpsNodePort" -}}
    {{- if get $v.service $name -}}
      {{- fail (printf "service.%s: a Service of type ClusterIP is not reached from outside; set service.type to NodePort or LoadBalancer" $name) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if ne $v.service.type "LoadBalancer" -}}
  {{- range $name := list "loadBalancerClass" "loadBalancerSourceRanges" -}}
    {{- if get $v.service $name -}}
      {{- fail (printf "service.%s: is for service.type: LoadBalancer" $name) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $grace := default "30s" $v.settings.shutdownGrace | toString -}}
{{- if regexMatch "^[0-9]+[smhd]$" $grace -}}
  {{- $seconds := mul (regexFind "^[0-9]+" $grace) (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (regexFind "[smhd]$" $grace)) -}}
  {{- if lt (int $v.terminationGracePeriodSeconds) (int (add $seconds 5)) -}}
    {{- fail (printf "terminationGracePeriodSeconds: the pod would be killed before its requests have ended; it must be %d or more (settings.shutdownGrace and 5 s)" (add $seconds 5)) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* A registry that is there, and that the release would leave for an empty one. */}}
{{- define "longshore.elsewhere" -}}
{{- $v := .Values -}}
{{- $live := include "longshore.live" . | fromJson -}}
{{- if and (include "longshore.scaled" .) $live.StatefulSet -}}
  {{- fail "mode: this release is in embedded mode, and its pods in scaled mode would begin an empty registry; longshore migrate moves it into a second release (docs/kubernetes.md, From embedded to scaled)" -}}
{{- end -}}
{{- if not (include "longshore.scaled" .) -}}
  {{- if $live.Deployment -}}
    {{- fail "mode: this release is in scaled mode, and its pod in embedded mode would begin an empty registry; longshore migrate moves it into a second release (docs/kubernetes.md, From embedded to scaled)" -}}
  {{- end -}}
  {{- with $live.StatefulSet -}}
    {{- range .spec.template.spec.volumes -}}
      {{- $claim := dig "persistentVolumeClaim" "claimName" "" . -}}
      {{- if and (eq .name "data") $claim (not $v.persistence.existingClaim) (ne $claim (include "longshore.claim" $)) -}}
        {{- fail (printf "persistence.existingClaim: the registry of this release lies on the claim %s, and with these values it would begin an empty one; set it to %s" $claim $claim) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}
