// oras-probe drives a registry through oras-go, the library behind the oras command.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
)

type options struct {
	registry, user, password, caFile, artifactType, toRegistry string
	plainHTTP                                                  bool
}

const usage = `oras-probe FLAGS COMMAND
  ping                     ask the registry for its version with the credential
  push NAME:TAG FILE       one artifact with one layer; prints its digest
  attach NAME:TAG FILE     one artifact that refers to another; prints its digest
  discover NAME:TAG        the referrers, as JSON descriptors
  fetch NAME:TAG|NAME@DIGEST           the manifest, as it was sent
  pull NAME:TAG            the bytes of the first layer
  tags NAME                the tags, one a line
  delete NAME@DIGEST       the manifest
  copy FROM TO             with everything that refers to it; TO is in -to-registry (plain HTTP) when given
`

func main() {
	var o options
	flag.StringVar(&o.registry, "registry", "", "host:port of the registry")
	flag.StringVar(&o.user, "user", "", "user name; anonymous when empty")
	flag.StringVar(&o.password, "password", "", "password")
	flag.StringVar(&o.caFile, "ca-file", "", "PEM file that signs the registry's certificate")
	flag.BoolVar(&o.plainHTTP, "plain-http", false, "speak HTTP without TLS")
	flag.StringVar(&o.artifactType, "artifact-type", "application/vnd.longshore.probe", "artifact type for push, attach, discover")
	flag.StringVar(&o.toRegistry, "to-registry", "", "host:port of a second registry that asks for no credential")
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage); flag.PrintDefaults() }
	flag.Parse()
	if err := run(context.Background(), o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "oras-probe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, args []string) error {
	client, err := o.client()
	if err != nil {
		return err
	}
	if len(args) == 1 && args[0] == "ping" {
		target, err := remote.NewRegistry(o.registry)
		if err != nil {
			return err
		}
		target.Client, target.PlainHTTP = client, o.plainHTTP
		return target.Ping(ctx)
	}
	if len(args) < 2 {
		flag.Usage()
		return errors.New("a command and its arguments are needed")
	}
	ref, err := registry.ParseReference(o.registry + "/" + args[1])
	if err != nil {
		return err
	}
	repository := &remote.Repository{Client: client, Reference: ref, PlainHTTP: o.plainHTTP}
	switch args[0] {
	case "push", "attach":
		if len(args) != 3 {
			return fmt.Errorf("%s needs a reference and a file", args[0])
		}
		return put(ctx, o, repository, args[0] == "attach", args[2])
	case "discover":
		return discover(ctx, o, repository)
	case "fetch", "pull":
		return get(ctx, repository, args[0] == "pull")
	case "tags":
		return repository.Tags(ctx, "", func(tags []string) error {
			for _, tag := range tags {
				fmt.Println(tag)
			}
			return nil
		})
	case "delete":
		subject, err := repository.Resolve(ctx, ref.Reference)
		if err != nil {
			return err
		}
		return repository.Delete(ctx, subject)
	case "copy":
		if len(args) != 3 {
			return errors.New("copy needs two references")
		}
		return replicate(ctx, o, repository, args[2])
	}
	return fmt.Errorf("unknown command %q", args[0])
}

func (o options) client() (*auth.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if o.caFile != "" {
		pem, err := os.ReadFile(o.caFile)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", o.caFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	client := &auth.Client{Client: &http.Client{Transport: transport}, Cache: auth.NewCache()}
	if o.user != "" {
		client.Credential = auth.StaticCredential(o.registry, auth.Credential{Username: o.user, Password: o.password})
	}
	return client, nil
}

func put(ctx context.Context, o options, repository *remote.Repository, attach bool, file string) error {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	layer, err := oras.PushBytes(ctx, repository, "application/vnd.longshore.probe.layer", bytes)
	if err != nil {
		return err
	}
	pack := oras.PackManifestOptions{Layers: []ocispec.Descriptor{layer}}
	if attach {
		subject, err := repository.Resolve(ctx, repository.Reference.Reference)
		if err != nil {
			return err
		}
		pack.Subject = &subject
	}
	manifest, err := oras.PackManifest(ctx, repository, oras.PackManifestVersion1_1, o.artifactType, pack)
	if err != nil {
		return err
	}
	if !attach {
		if err := repository.Tag(ctx, manifest, repository.Reference.Reference); err != nil {
			return err
		}
	}
	fmt.Println(manifest.Digest)
	return nil
}

func discover(ctx context.Context, o options, repository *remote.Repository) error {
	subject, err := repository.Resolve(ctx, repository.Reference.Reference)
	if err != nil {
		return err
	}
	found, err := registry.Referrers(ctx, repository, subject, o.artifactType)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

func get(ctx context.Context, repository *remote.Repository, layer bool) error {
	_, manifest, err := oras.FetchBytes(ctx, repository, repository.Reference.Reference, oras.DefaultFetchBytesOptions)
	if err != nil {
		return err
	}
	if layer {
		var parsed ocispec.Manifest
		if err := json.Unmarshal(manifest, &parsed); err != nil {
			return err
		}
		if manifest, err = content.FetchAll(ctx, repository, parsed.Layers[0]); err != nil {
			return err
		}
	}
	_, err = os.Stdout.Write(manifest)
	return err
}

func replicate(ctx context.Context, o options, from *remote.Repository, to string) error {
	host, client, plain := o.registry, from.Client, o.plainHTTP
	if o.toRegistry != "" {
		host, client, plain = o.toRegistry, &auth.Client{}, true
	}
	ref, err := registry.ParseReference(host + "/" + to)
	if err != nil {
		return err
	}
	target := &remote.Repository{Client: client, Reference: ref, PlainHTTP: plain}
	copied, err := oras.ExtendedCopy(ctx, from, from.Reference.Reference, target, ref.Reference, oras.DefaultExtendedCopyOptions)
	if err != nil {
		return err
	}
	fmt.Println(copied.Digest)
	return nil
}
