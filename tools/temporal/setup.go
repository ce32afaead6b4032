package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"gopkg.in/yaml.v3"
)

// namespace is temporal-config/namespace.yaml.
type namespace struct {
	Name             string            `yaml:"name"`
	Description      string            `yaml:"description"`
	Retention        time.Duration     `yaml:"retention"`
	SearchAttributes map[string]string `yaml:"searchAttributes"`
}

// patience is how long the server may take to come up.
const patience = 2 * time.Minute

// setUp makes the namespace of that file, under another name if one is given, and returns once workflows can be
// started in it and found by every search attribute.
func setUp(ctx context.Context, file, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the Temporal server did not become ready"))
	defer cancel()
	want, err := readNamespace(file)
	if err != nil {
		return err
	}
	if name != "" {
		want.Name = name
	}
	address := os.Getenv("TEMPORAL_ADDRESS")
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("TEMPORAL_ADDRESS %q: %w", address, err)
	}
	defer conn.Close()
	s := setup{workflowservice.NewWorkflowServiceClient(conn), operatorservice.NewOperatorServiceClient(conn), want}

	for _, step := range []func(context.Context) error{s.namespace, s.searchAttributes, s.usable} {
		if err := until(ctx, step); err != nil {
			return fmt.Errorf("setting up namespace %s at %s: %w", want.Name, address, err)
		}
	}
	return nil
}

func readNamespace(file string) (namespace, error) {
	var n namespace
	text, err := os.ReadFile(file)
	if err != nil {
		return n, err
	}
	if err := yaml.Unmarshal(text, &n); err != nil {
		return n, fmt.Errorf("%s: %w", file, err)
	}
	return n, nil
}

type setup struct {
	workflows workflowservice.WorkflowServiceClient
	operator  operatorservice.OperatorServiceClient
	want      namespace
}

// namespace registers the namespace, or brings the retention of the one that is there to what it should be.
func (s setup) namespace(ctx context.Context) error {
	retention := durationpb.New(s.want.Retention)
	there, err := s.workflows.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: s.want.Name})
	var missing *serviceerror.NamespaceNotFound
	switch {
	case errors.As(serviceerror.FromStatus(status.Convert(err)), &missing):
		_, err = s.workflows.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace:                        s.want.Name,
			Description:                      s.want.Description,
			WorkflowExecutionRetentionPeriod: retention,
		})
	case err == nil && there.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() != s.want.Retention:
		_, err = s.workflows.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: s.want.Name,
			Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: retention},
		})
	}
	return err
}

// searchAttributes adds those that the namespace does not have.
func (s setup) searchAttributes(ctx context.Context) error {
	there, err := s.operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: s.want.Name})
	if err != nil {
		return err
	}
	missing := map[string]enumspb.IndexedValueType{}
	for name, kind := range s.want.SearchAttributes {
		wanted, err := enumspb.IndexedValueTypeFromString(kind)
		if err != nil {
			return permanent{err}
		}
		has, ok := there.GetCustomAttributes()[name]
		if ok && has != wanted {
			return permanent{fmt.Errorf("search attribute %s is a %s and should be a %s; remove it by hand", name, has, wanted)}
		}
		if !ok {
			missing[name] = wanted
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = s.operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: s.want.Name, SearchAttributes: missing,
	})
	return err
}

// usable asks for runs by every attribute, which fails for as long as the server's cache does not know them.
func (s setup) usable(ctx context.Context) error {
	conditions := make([]string, 0, len(s.want.SearchAttributes))
	for _, name := range slices.Sorted(maps.Keys(s.want.SearchAttributes)) {
		conditions = append(conditions, name+` = "none"`)
	}
	_, err := s.workflows.CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: s.want.Name, Query: strings.Join(conditions, " AND "),
	})
	return err
}

// permanent is an error that waiting does not cure.
type permanent struct{ error }

// until repeats a step until it succeeds, fails for good, or ctx ends: the server may still be coming up, and learns of
// a new namespace within its cache's refresh interval.
func until(ctx context.Context, step func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := step(attempt)
		cancel()
		if err == nil || errors.As(err, &permanent{}) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
