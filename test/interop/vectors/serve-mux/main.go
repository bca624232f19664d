// Prints what Go's http.ServeMux makes of path patterns; `go run main.go > decisions.txt` makes the vectors.
//
//go:debug httpmuxgo121=0
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
)

// state is splitMix64's: the same everywhere and always.
var state uint64 = 7

func next(n int) int {
	state += 0x9e3779b97f4a7c15
	z := state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return int((z ^ (z >> 31)) % uint64(n))
}

// add says whether the mux takes the patterns, and answers with the one that matched.
func add(mux *http.ServeMux, pattern string) (ok bool) {
	defer func() { ok = recover() == nil }()
	mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Pattern", pattern)
	})
	return
}

func main() {
	segments := []string{"a", "b", "{x}", "{y}", "a%2Fb", "{x}", "a"}
	ends := []string{"", "/", "/{$}", "/{r...}", "", ""}
	patterns := []string{"/a{x}", "/{}", "/{x...}/a", "/{$}/a", "/{1}", "/{é}", "/{x.y}", "/{x", "/x}"}
	for len(patterns) < 70 {
		pattern := ""
		for i := next(4); i > 0; i-- {
			pattern += "/" + segments[next(len(segments))]
		}
		pattern += ends[next(len(ends))]
		if pattern == "" {
			pattern = "/"
		}
		if !strings.Contains(" "+strings.Join(patterns, " ")+" ", " "+pattern+" ") {
			patterns = append(patterns, pattern)
		}
	}
	fmt.Println("# What Go's http.ServeMux decides; made by main.go beside it.")
	var good []string
	for _, pattern := range patterns {
		if add(http.NewServeMux(), pattern) {
			good = append(good, pattern)
			fmt.Println("well-formed", pattern)
		} else {
			fmt.Println("malformed", pattern)
		}
	}
	for i, one := range good {
		for _, other := range good[i+1:] {
			mux := http.NewServeMux()
			add(mux, one)
			if !add(mux, other) {
				fmt.Println("conflict", one, other)
			}
		}
	}
	names := []string{"a", "b", "c", "a%2Fb"}
	for set := 0; set < 40; set++ {
		mux := http.NewServeMux()
		var taken []string
		for i := 0; i < 12; i++ {
			if pattern := good[next(len(good))]; add(mux, pattern) {
				taken = append(taken, pattern)
			}
		}
		fmt.Println("patterns", strings.Join(taken, " "))
		for i := 0; i < 25; i++ {
			path := ""
			for j := next(4); j >= 0; j-- {
				path += "/" + names[next(len(names))]
			}
			if next(3) == 0 {
				path += "/"
			}
			target, _ := url.ParseRequestURI(path)
			answer := httptest.NewRecorder()
			mux.ServeHTTP(answer, &http.Request{Method: "GET", URL: target, RequestURI: path})
			// A label is no place to redirect to.
			if answer.Header().Get("Location") == "" {
				fmt.Println("path", path, answer.Header().Get("Pattern"))
			}
		}
	}
}
