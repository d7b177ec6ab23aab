package dockerfile

import "fmt"

// FROM alpine:3.20
func from() {
	fmt.Println(`
FROM alpine:3.19
RUN true
`)
}
