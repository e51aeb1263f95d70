package sandbox

import (
	"fmt"
	"strconv"
	"time"
)

// The texts of dates that have a year of six digits and a sign.
const (
	isoRest    = "-01-02T15:04:05.000Z"
	isoShort   = "2006" + isoRest
	signedYear = len("+002006")
)

// isoDate is what toISOString gives.
func isoDate(t time.Time) string {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		return fmt.Sprintf("%+07d", year) + t.Format(isoRest)
	}
	return t.Format(isoShort)
}

// parseISODate is the inverse of isoDate.
func parseISODate(s string) (time.Time, error) {
	if len(s) < signedYear || s[0] != '+' && s[0] != '-' {
		return time.Parse(isoShort, s)
	}
	year, err := strconv.Atoi(s[:signedYear])
	if err != nil {
		return time.Time{}, fmt.Errorf("parse year: %w", err)
	}
	// The calendar repeats every 400 years.
	near := 2000 + (year%400+400)%400
	t, err := time.Parse(isoShort, strconv.Itoa(near)+s[signedYear:])
	return t.AddDate(year-near, 0, 0), err
}
