// Reads one manifest a line (base64) as Go's clients do, with encoding/json into a struct, and prints what it
// found, one JSON object a line. manifest-differential.test.ts compares that with what the registry read.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
)

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	URLs        []string          `json:"urls,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *descriptor       `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Blobs         []descriptor      `json:"blobs"`
	Manifests     []descriptor      `json:"manifests"`
	Subject       *descriptor       `json:"subject"`
	Annotations   map[string]string `json:"annotations"`
}

type answer struct {
	Error    string    `json:"error,omitempty"`
	Manifest *manifest `json:"manifest,omitempty"`
}

func read(line []byte) answer {
	body, err := base64.StdEncoding.DecodeString(string(line))
	if err != nil {
		return answer{Error: err.Error()}
	}
	var found manifest
	if err := json.Unmarshal(body, &found); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Manifest: &found}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		if err := encoder.Encode(read(lines.Bytes())); err != nil {
			os.Exit(1)
		}
	}
	if lines.Err() != nil {
		os.Exit(1)
	}
}
