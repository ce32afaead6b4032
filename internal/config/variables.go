package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Variable is one name in the environment that Config reads.
type Variable struct {
	Name     string
	Default  string
	Doc      string
	Required bool // the process does not start without it
	Secret   bool // never to be shown or logged
}

// Variables are all of them, in the order of the struct.
func Variables() []Variable { return variables(reflect.TypeFor[Config]()) }

func variables(t reflect.Type) []Variable {
	var all []Variable
	for i := range t.NumField() {
		field := t.Field(i)
		tag, ok := field.Tag.Lookup("env")
		if !ok {
			if field.Type.Kind() == reflect.Struct {
				all = append(all, variables(field.Type)...)
			}
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		all = append(all, Variable{
			Name:     name,
			Default:  field.Tag.Get("envDefault"),
			Doc:      field.Tag.Get("doc"),
			Required: strings.Contains(options, "required"),
			Secret:   field.Tag.Get("secret") == "true",
		})
	}
	return all
}

// Example is the text of .env.example: every variable with what it means and its default. What is required has a line to
// fill in; the rest is commented out, so the file as it is changes nothing.
func Example() string {
	var b strings.Builder
	b.WriteString("# Everything that PulseHub reads from its environment. Generated from internal/config by `make generate`.\n" +
		"# `make dev` writes .pulsehub/env in this form for the stack that it runs.\n")
	for _, v := range Variables() {
		fmt.Fprintf(&b, "\n# %s\n", v.Doc)
		if v.Required {
			fmt.Fprintf(&b, "%s=\n", v.Name)
		} else {
			fmt.Fprintf(&b, "#%s=%s\n", v.Name, v.Default)
		}
	}
	return b.String()
}
