// The targets that Prometheus would scrape by a prometheus.yml with kubernetes_sd_configs, by its own discovery and relabelling:
// writes them into a file for file_sd_configs, again with each change. Debian's Prometheus is built without that discovery.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sort"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	_ "github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

type group struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// The configuration's file, and where to write.
func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file, out string) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	cfg, err := config.LoadFile(file, false, logger)
	if err != nil {
		return err
	}
	ctx := context.Background()
	registry := prometheus.NewRegistry()
	metrics, err := discovery.CreateAndRegisterSDMetrics(registry)
	if err != nil {
		return err
	}
	manager := discovery.NewManager(ctx, logger, registry, metrics)
	jobs := map[string]*config.ScrapeConfig{}
	discoveries := map[string]discovery.Configs{}
	for _, job := range cfg.ScrapeConfigs {
		jobs[job.JobName] = job
		discoveries[job.JobName] = job.ServiceDiscoveryConfigs
	}
	if err := manager.ApplyConfig(discoveries); err != nil {
		return err
	}
	go func() { _ = manager.Run() }()
	for found := range manager.SyncCh() {
		groups := []group{}
		for name, sets := range found {
			for _, set := range sets {
				for _, target := range set.Targets {
					if kept, ok := relabelled(jobs[name], set.Labels, target); ok {
						groups = append(groups, kept)
					}
				}
			}
		}
		sort.Slice(groups, func(i, j int) bool { return groups[i].Targets[0] < groups[j].Targets[0] })
		text, err := json.Marshal(groups)
		if err != nil {
			return err
		}
		// Readers never see half a file.
		if err := os.WriteFile(out+".tmp", text, 0o644); err != nil {
			return err
		}
		if err := os.Rename(out+".tmp", out); err != nil {
			return err
		}
	}
	return nil
}

func relabelled(job *config.ScrapeConfig, sets ...model.LabelSet) (group, bool) {
	builder := labels.NewBuilder(labels.EmptyLabels())
	builder.Set("job", job.JobName)
	builder.Set(model.MetricsPathLabel, job.MetricsPath)
	for _, set := range sets {
		for name, value := range set {
			builder.Set(string(name), string(value))
		}
	}
	if !relabel.ProcessBuilder(builder, job.RelabelConfigs...) {
		return group{}, false
	}
	kept := map[string]string{}
	builder.Range(func(each labels.Label) {
		if each.Name == model.MetricsPathLabel || each.Name[0] != '_' {
			kept[each.Name] = each.Value
		}
	})
	return group{[]string{builder.Get(model.AddressLabel)}, kept}, true
}
