// What `helm template CHART -f VALUES -n NAMESPACE` prints, by Helm's own engine; templates only.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

// The chart's folder, the namespace; values to override on standard input.
func main() {
	// It mentions each symbolic link.
	log.SetOutput(io.Discard)
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(directory, namespace string) error {
	chart, err := loader.Load(directory)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	values, err := chartutil.ReadValues(text)
	if err != nil {
		return err
	}
	release := chartutil.ReleaseOptions{Name: "sidelight", Namespace: namespace}
	top, err := chartutil.ToRenderValues(chart, values, release, nil)
	if err != nil {
		return err
	}
	rendered, err := engine.Render(chart, top)
	if err != nil {
		return err
	}
	for _, text := range rendered {
		fmt.Printf("---\n%s\n", text)
	}
	for _, crd := range chart.CRDObjects() {
		fmt.Printf("---\n%s\n", crd.File.Data)
	}
	return nil
}
