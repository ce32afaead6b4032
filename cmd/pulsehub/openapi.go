package main

import (
	"fmt"

	"github.com/pulsehub/pulsehub/api"
)

type openAPICmd struct{}

// Run prints the document that /openapi.json serves. api/openapi.json is made with it.
func (c *openAPICmd) Run() error {
	server, err := api.New(api.Config{})
	if err != nil {
		return err
	}
	document, err := server.OpenAPIDocument()
	if err != nil {
		return err
	}
	fmt.Println(string(document))
	return nil
}
