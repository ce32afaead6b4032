package predict

import "math"

// GammaGamma are the parameters of the gamma-gamma model of what a transaction is worth.
//
// A customer's transactions vary around a mean of their own by a gamma distribution of shape P, and its rate varies between
// customers by a gamma distribution of shape Q and rate Gamma. Gamma is in the workspace's currency; the others have no unit.
// The model takes it that how often and for how much someone buys are not related; Model.Correlation says how far that holds.
//
// Source: Fader, Hardie, "The gamma-gamma model of monetary value", note 025, 2013.
type GammaGamma struct {
	P     float64 `json:"p"`
	Q     float64 `json:"q"`
	Gamma float64 `json:"gamma"`
}

// LogLikelihood is the logarithm of equation (1a) of the note: the density of a mean of m over x transactions. Both must be
// positive.
func (g GammaGamma) LogLikelihood(x int, m float64) float64 {
	n := float64(x)
	return lgamma(g.P*n+g.Q) - lgamma(g.P*n) - lgamma(g.Q) + g.Q*math.Log(g.Gamma) + (g.P*n-1)*math.Log(m) + g.P*n*math.Log(n) -
		(g.P*n+g.Q)*math.Log(g.Gamma+n*m)
}

// Mean is what a transaction of anybody is worth on average. There is none unless Q > 1.
func (g GammaGamma) Mean() float64 { return g.P * g.Gamma / (g.Q - 1) }

// Expected is what a transaction is worth of a customer whose x transactions had a mean of m: equation (5) of the note, the
// mean of m and Mean weighted by how much is known. For x = 0 it is Mean.
func (g GammaGamma) Expected(x int, m float64) float64 {
	n := float64(x)
	return g.P * (g.Gamma + n*m) / (g.P*n + g.Q - 1)
}
