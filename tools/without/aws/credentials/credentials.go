// Package credentials has none.
package credentials

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// StaticCredentialsProvider gives nothing.
type StaticCredentialsProvider struct{}

// NewStaticCredentialsProvider forgets what it is told.
func NewStaticCredentialsProvider(string, string, string) StaticCredentialsProvider {
	return StaticCredentialsProvider{}
}

// Retrieve always fails.
func (StaticCredentialsProvider) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("this server was built without AWS")
}
