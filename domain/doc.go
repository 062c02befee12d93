// Package domain holds the nouns of Linqiao: identifiers, phases, field classes,
// dates, money, errors. It imports the standard library only and does no I/O.
package domain
