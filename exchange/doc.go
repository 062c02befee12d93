// Package exchange is the language that two systems in step speak: CloudEvents 1.0 in
// structured JSON, keys, signatures over the exact bytes, and the client that hands an
// event over or asks for the next ones. It knows no database and no program; what an
// event does is decided in package app.
package exchange
