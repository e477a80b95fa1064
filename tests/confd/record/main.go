// Records what Go's text/template makes of the cases in a file: `go run . < cases.txt > recorded.json`.
//
// A case is a line, with \n, \t and \\ for what a line cannot hold. `@data JSON` sets the data of the cases that
// follow, `@keys JSON` what is in the store; an empty line and one that begins with `# ` is none.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"
	"text/template"

	"bunraku/record/memkv"
)

type recorded struct {
	Line     int     `json:"line"`
	Template string  `json:"template"`
	Data     string  `json:"data"` // as it stands in the file: 1.0 must not become 1
	Keys     string  `json:"keys"`
	Output   *string `json:"output,omitempty"`
	Error    *string `json:"error,omitempty"`
}

var unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)

func main() {
	var cases []recorded
	data, keys := "null", "{}"
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "@data "):
			data = line[6:]
		case strings.HasPrefix(line, "@keys "):
			keys = line[6:]
		default:
			cases = append(cases, record(number, unescape.Replace(line), data, keys))
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(cases); err != nil {
		panic(err)
	}
}

func record(line int, text, data, keys string) recorded {
	result := recorded{Line: line, Template: text, Data: data, Keys: keys}
	parsed, err := template.New("t").Funcs(functions(decoded(keys))).Parse(text)
	var out bytes.Buffer
	if err == nil {
		err = parsed.Execute(&out, decoded(data))
	}
	if err != nil {
		message := err.Error()
		result.Error = &message
		return result
	}
	written := out.String()
	result.Output = &written
	return result
}

// decoded reads JSON with whole numbers as int, as most data of a template are.
func decoded(text string) interface{} {
	reader := json.NewDecoder(strings.NewReader(text))
	reader.UseNumber()
	var value interface{}
	if err := reader.Decode(&value); err != nil {
		panic(text + ": " + err.Error())
	}
	return numbers(value)
}

func numbers(value interface{}) interface{} {
	switch value := value.(type) {
	case json.Number:
		if whole, err := strconv.Atoi(value.String()); err == nil {
			return whole
		}
		float, _ := value.Float64()
		return float
	case []interface{}:
		for i := range value {
			value[i] = numbers(value[i])
		}
	case map[string]interface{}:
		for key := range value {
			value[key] = numbers(value[key])
		}
	}
	return value
}

// functions are those of confd whose truth is Go's own library.
func functions(keys interface{}) template.FuncMap {
	store := map[string]string{}
	if keys, ok := keys.(map[string]interface{}); ok {
		for key, value := range keys {
			store[key] = value.(string)
		}
	}
	get := func(key string) (memkv.KVPair, error) {
		value, ok := store[key]
		if !ok {
			return memkv.KVPair{}, errors.New("key does not exist: " + key)
		}
		return memkv.KVPair{Key: key, Value: value}, nil
	}
	gets := func(pattern string) (memkv.KVPairs, error) {
		pairs := memkv.KVPairs{}
		for key, value := range store {
			matched, err := path.Match(pattern, key)
			if err != nil {
				return nil, err
			}
			if matched {
				pairs = append(pairs, memkv.KVPair{Key: key, Value: value})
			}
		}
		sort.Slice(pairs, func(i, j int) bool { return pairs[i].Key < pairs[j].Key })
		return pairs, nil
	}
	return template.FuncMap{
		"exists": func(key string) bool { _, ok := store[key]; return ok },
		"get":    get,
		"gets":   gets,
		"getv": func(key string, fallback ...string) (string, error) {
			pair, err := get(key)
			if err != nil && len(fallback) > 0 {
				return fallback[0], nil
			}
			return pair.Value, err
		},
		"getvs": func(pattern string) ([]string, error) {
			pairs, err := gets(pattern)
			values := []string{}
			for _, pair := range pairs {
				values = append(values, pair.Value)
			}
			sort.Strings(values)
			return values, err
		},
		"base": path.Base, "dir": path.Dir,
		"split": strings.Split, "join": strings.Join,
		"toUpper": strings.ToUpper, "toLower": strings.ToLower,
		"contains": strings.Contains, "replace": strings.Replace, "trimSuffix": strings.TrimSuffix,
		"atoi": strconv.Atoi, "parseBool": strconv.ParseBool,
		"base64Encode": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64Decode": func(s string) (string, error) {
			data, err := base64.StdEncoding.DecodeString(s)
			return string(data), err
		},
		"json": func(s string) (map[string]interface{}, error) {
			var value map[string]interface{}
			return value, json.Unmarshal([]byte(s), &value)
		},
		"jsonArray": func(s string) ([]interface{}, error) {
			var value []interface{}
			return value, json.Unmarshal([]byte(s), &value)
		},
		"map": func(values ...interface{}) (map[string]interface{}, error) {
			if len(values)%2 != 0 {
				return nil, errors.New("invalid map call")
			}
			made := map[string]interface{}{}
			for i := 0; i < len(values); i += 2 {
				key, ok := values[i].(string)
				if !ok {
					return nil, errors.New("map keys must be strings")
				}
				made[key] = values[i+1]
			}
			return made, nil
		},
		"seq": func(first, last int) (numbers []int) {
			for i := first; i <= last; i++ {
				numbers = append(numbers, i)
			}
			return
		},
		"add": func(a, b int) int { return a + b }, "sub": func(a, b int) int { return a - b },
		"mul": func(a, b int) int { return a * b }, "div": func(a, b int) int { return a / b },
		"mod": func(a, b int) int { return a % b },
		"toJson": func(value interface{}) (string, error) { text, err := json.Marshal(value); return string(text), err },
		"quote":  strconv.Quote,
	}
}
