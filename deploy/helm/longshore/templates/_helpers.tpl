{{- define "longshore.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "longshore.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "longshore.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "longshore.metadata" -}}
name: {{ include "longshore.fullname" . }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "longshore.selector" . | nindent 2 }}
  {{- include "longshore.labels" . | nindent 2 }}
{{- end -}}

{{- define "longshore.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "longshore.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "longshore.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "longshore.claim" -}}
{{- default (include "longshore.fullname" .) .Values.persistence.existingClaim -}}
{{- end -}}

{{/* The workloads of this release that are in the cluster, by kind; helm template and what renders like it see none. */}}
{{- define "longshore.live" -}}
{{- $found := dict -}}
{{- range $kind := list "StatefulSet" "Deployment" -}}
{{- range (lookup "apps/v1" $kind $.Release.Namespace "").items -}}
{{- $isServer := eq (dig "metadata" "labels" "app.kubernetes.io/component" "" .) "server" -}}
{{- if and $isServer (eq (dig "metadata" "annotations" "meta.helm.sh/release-name" "" .) $.Release.Name) -}}
{{- $_ := set $found $kind . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{- define "longshore.scaled" -}}
{{- if eq .Values.mode "scaled" -}}true{{- end -}}
{{- end -}}

{{- define "longshore.replicas" -}}
{{- $default := ternary 2 1 (eq .Values.mode "scaled") -}}
{{- if kindIs "invalid" .Values.replicas -}}{{ $default }}{{- else -}}{{ int .Values.replicas }}{{- end -}}
{{- end -}}

{{- define "longshore.publicHost" -}}
{{- with .Values.publicUrl -}}{{ regexReplaceAll ":[0-9]+$" (get (urlParse .) "host") "" }}{{- end -}}
{{- end -}}

{{/* Names below which the pods are asked inside the cluster. */}}
{{- define "longshore.names" -}}
{{- $name := include "longshore.fullname" . -}}
{{- $inside := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) -}}
{{- concat $inside .Values.names .Values.ingress.hosts | uniq | join "," -}}
{{- end -}}

{{- define "longshore.tlsSecret" -}}
{{- $tls := .Values.ingress.tls -}}
{{- if $tls.secretName -}}{{ $tls.secretName }}
{{- else if or $tls.clusterIssuer $tls.issuer -}}{{ include "longshore.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{- define "longshore.podSecurity" -}}
runAsNonRoot: true
{{- range $name, $id := .Values.runAs }}
{{ $name }}: {{ int64 $id }}
{{- end }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "longshore.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
privileged: false
capabilities:
  drop: [ALL]
{{- end -}}
