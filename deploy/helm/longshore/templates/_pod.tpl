{{- define "longshore.env" -}}
{{- $v := .Values -}}
{{- $env := dict -}}
{{- /* Of both families; where a node has no IPv6, the one cannot be listened at. */ -}}
{{- $every := ternary "[::]" "0.0.0.0" $v.ipv6 -}}
{{- /* Ours to make is the folder below the mount: the mount itself belongs to root. */ -}}
{{- $_ := set $env "LONGSHORE_DATA_DIR" "/data/longshore" -}}
{{- $_ := set $env "LONGSHORE_HTTP" (printf "%s:5000" $every) -}}
{{- $_ := set $env "LONGSHORE_HTTPS" (ternary (printf "%s:5443" $every) "off" $v.https.enabled) -}}
{{- $_ := set $env "LONGSHORE_ADMIN" (printf "%s:5001" $every) -}}
{{- $_ := set $env "LONGSHORE_SERVERS" $v.servers -}}
{{- $_ := set $env "LONGSHORE_NAMES" (include "longshore.names" .) -}}
{{- with $v.publicUrl }}{{- $_ := set $env "LONGSHORE_PUBLIC_URL" . -}}{{- end -}}
{{- with $v.domain }}{{- $_ := set $env "LONGSHORE_DOMAIN" . -}}{{- end -}}
{{- with $v.trustedProxies }}{{- $_ := set $env "LONGSHORE_TRUSTED_PROXIES" (join "," .) -}}{{- end -}}
{{- if $v.secretKey.secretName -}}{{- $_ := set $env "LONGSHORE_SECRET_KEY_FILE" "/etc/longshore/key/secret.key" -}}{{- end -}}
{{- if include "longshore.scaled" . -}}
  {{- $_ := set $env "LONGSHORE_STORE" $v.database.url -}}
  {{- if $v.database.passwordSecret.name -}}{{- $_ := set $env "LONGSHORE_STORE_PASSWORD_FILE" "/etc/longshore/database/password" -}}{{- end -}}
{{- end -}}
{{- with $v.bucket.url }}{{- $_ := set $env "LONGSHORE_BLOBS" . -}}{{- end -}}
{{- if and (include "longshore.azure" .) $v.bucket.keysSecret.name -}}{{- $_ := set $env "LONGSHORE_BLOBS_KEY_FILE" "/etc/longshore/bucket/key" -}}{{- end -}}
{{- if $v.https.secretName -}}
  {{- $_ := set $env "LONGSHORE_TLS_CERT" "/etc/longshore/tls/tls.crt" -}}
  {{- $_ := set $env "LONGSHORE_TLS_KEY" "/etc/longshore/tls/tls.key" -}}
{{- end -}}
{{- range $name, $value := $v.settings -}}
  {{- $_ := set $env (printf "LONGSHORE_%s" ($name | snakecase | upper)) (ternary (join "," $value) $value (kindIs "slice" $value)) -}}
{{- end -}}
{{- range $name, $value := $env }}
- name: {{ $name }}
  value: {{ ternary (printf "%v" $value) (printf "%.0f" (float64 (ternary $value 0 (kindIs "float64" $value)))) (not (kindIs "float64" $value)) | quote }}
{{- end }}
{{- if and $v.bucket.url $v.bucket.keysSecret.name (not (include "longshore.azure" .)) }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ $v.bucket.keysSecret.name | quote }}
      key: {{ $v.bucket.keysSecret.accessKeyId | quote }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ $v.bucket.keysSecret.name | quote }}
      key: {{ $v.bucket.keysSecret.secretAccessKey | quote }}
{{- end }}
{{- with $v.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* One file of a Secret each, below /etc/longshore. The list is of: volume, secret, key, file. */}}
{{- define "longshore.secretFiles" -}}
{{- $v := .Values -}}
{{- with $v.secretKey }}{{ if .secretName }}
- {volume: key, secret: {{ .secretName | quote }}, items: [{key: {{ .key | quote }}, path: secret.key}]}
{{- end }}{{ end }}
{{- if include "longshore.scaled" . }}
{{- with $v.database.passwordSecret }}{{ if .name }}
- {volume: database, secret: {{ .name | quote }}, items: [{key: {{ .key | quote }}, path: password}]}
{{- end }}{{ end }}
{{- with $v.database.caSecret }}{{ if .name }}
- {volume: database-ca, secret: {{ .name | quote }}, items: [{key: {{ .key | quote }}, path: ca.crt}]}
{{- end }}{{ end }}
{{- end }}
{{- if include "longshore.azure" . }}{{ with $v.bucket.keysSecret }}{{ if .name }}
- {volume: bucket, secret: {{ .name | quote }}, items: [{key: {{ .accountKey | quote }}, path: key}]}
{{- end }}{{ end }}{{ end }}
{{- with $v.https }}{{ if and .enabled .secretName }}
- {volume: tls, secret: {{ .secretName | quote }}, items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]}
{{- end }}{{ end }}
{{- end -}}

{{- define "longshore.azure" -}}{{- if hasPrefix "azblob://" .Values.bucket.url }}true{{ end -}}{{- end -}}

{{/* Pods with this label are given a token of their service account that Azure takes for the identity which the account names. */}}
{{- define "longshore.workloadIdentity" -}}
{{- $v := .Values -}}
{{- $isNamed := hasKey ($v.serviceAccount.annotations | default dict) "azure.workload.identity/client-id" -}}
{{- if and (include "longshore.azure" .) (not $v.bucket.keysSecret.name) $isNamed (not (hasKey ($v.podLabels | default dict) "azure.workload.identity/use")) }}true{{ end -}}
{{- end -}}

{{- define "longshore.pod" -}}
{{- $v := .Values -}}
{{- $secrets := include "longshore.secretFiles" . | fromYamlArray -}}
metadata:
  labels:
    {{- include "longshore.selector" . | nindent 4 }}
    {{- with mergeOverwrite (deepCopy $v.commonLabels) $v.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
    {{- if include "longshore.workloadIdentity" . }}
    azure.workload.identity/use: "true"
    {{- end }}
  {{- with $v.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "longshore.serviceAccount" . | quote }}
  automountServiceAccountToken: {{ $v.serviceAccount.automountToken }}
  # A Service named longshore would bring LONGSHORE_PORT and the like, which the server refuses as settings that it does not know.
  enableServiceLinks: false
  {{- with $v.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int $v.terminationGracePeriodSeconds }}
  securityContext: {{- include "longshore.podSecurity" . | nindent 4 }}
  containers:
    - name: longshore
      image: {{ include "longshore.image" . | quote }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      securityContext: {{- include "longshore.containerSecurity" . | nindent 8 }}
      env: {{- include "longshore.env" . | trim | nindent 8 }}
      ports:
        - {name: http, containerPort: 5000}
        {{- if $v.https.enabled }}
        - {name: https, containerPort: 5443}
        {{- end }}
        - {name: admin, containerPort: 5001}
      # A start that is cut off begins again from nothing: its change of the database is one transaction, its look at a large one reads all of it.
      startupProbe:
        httpGet: {path: /healthz, port: admin}
        periodSeconds: 5
        failureThreshold: {{ ceil (divf $v.startupSeconds 5) | int }}
      livenessProbe:
        httpGet: {path: /healthz, port: admin}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: admin}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      lifecycle:
        # Until the Service has forgotten the pod it is still sent requests.
        preStop:
          exec: {command: [sleep, '5']}
      resources: {{- toYaml $v.resources | nindent 8 }}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
        {{- range $secrets }}
        - {name: {{ .volume }}, mountPath: /etc/longshore/{{ .volume }}, readOnly: true}
        {{- end }}
        {{- with $v.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - name: data
      {{- if include "longshore.scaled" . }}
      emptyDir: {sizeLimit: {{ $v.scratch.dataLimit }}}
      {{- else }}
      persistentVolumeClaim:
        claimName: {{ include "longshore.claim" . | quote }}
      {{- end }}
    - name: tmp
      emptyDir: {sizeLimit: {{ $v.scratch.tmpLimit }}}
    {{- range $secrets }}
    - name: {{ .volume }}
      secret:
        secretName: {{ .secret | quote }}
        # Readable by the group that fsGroup gives the pod.
        defaultMode: 0440
        items: {{- toYaml .items | nindent 10 }}
    {{- end }}
    {{- with $v.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- if and (include "longshore.scaled" .) $v.topologySpread.enabled }}
  topologySpreadConstraints:
    {{- range $v.topologySpread.topologyKeys }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: {{ $v.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels: {{- include "longshore.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with $v.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
