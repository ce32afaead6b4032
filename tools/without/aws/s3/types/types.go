// Package types has what the server reads of S3's answers.
package types

type (
	Object       struct{ Key *string }
	CommonPrefix struct{ Prefix *string }

	NoSuchBucket struct{}
	NoSuchKey    struct{}
)

func (*NoSuchBucket) Error() string { return "no such bucket" }
func (*NoSuchKey) Error() string    { return "no such key" }
