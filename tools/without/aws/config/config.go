// Package config finds no AWS account.
package config

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var errNone = errors.New("this server was built without AWS")

type (
	LoadOptions     struct{}
	LoadOptionsFunc func(*LoadOptions) error
	EnvConfig       struct{ Credentials aws.Credentials }
)

// LoadDefaultConfig always fails.
func LoadDefaultConfig(context.Context, ...LoadOptionsFunc) (aws.Config, error) {
	return aws.Config{}, errNone
}

// NewEnvConfig always fails.
func NewEnvConfig() (EnvConfig, error) { return EnvConfig{}, errNone }

func WithRegion(string) LoadOptionsFunc                   { return nil }
func WithClientLogMode(aws.ClientLogMode) LoadOptionsFunc { return nil }
