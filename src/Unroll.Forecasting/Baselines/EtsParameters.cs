using System.Runtime.CompilerServices;

namespace Unroll.Forecasting;

/// <summary>
/// What a model of exponential smoothing was fitted to: its parameters, its states before the first training row, and how well it fits.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Period">m, the rows of one season; 1 without a season.</param>
/// <param name="Alpha">α, the share of an error that moves the level, between 0 and 1.</param>
/// <param name="Beta">β, the share that moves the trend, below α; 0 without a trend. fpp3's β* is β / α.</param>
/// <param name="Gamma">γ, the share that moves the season, below 1 − α; 0 without a season.</param>
/// <param name="Phi">φ, the damping from 0.8 to 0.98; 1 for a trend that is not damped or not there.</param>
/// <param name="Level">l before the first row, in the target's units.</param>
/// <param name="Trend">b before the first row, in the target's units a row; 0 without a trend.</param>
/// <param name="Season">The m states that the first m rows meet, in their order: in the target's units with sum 0, or factors with mean 1;
/// empty without a season.</param>
/// <param name="SquaredErrors">Σe² over the training rows, of relative errors where the model's are multiplicative.</param>
/// <param name="Deviance">−2 log L* = n·log Σe² + 2Σ log|μ| (the second sum for multiplicative errors only), as R's forecast and fable
/// count it; Hyndman et al. (2008), section 5.1.</param>
/// <param name="ParameterCount">k: parameters, states before the first row that were free, and the variance.</param>
/// <param name="Rows">n, the training rows.</param>
internal sealed record EtsParameters(
    EtsModel Model,
    int Period,
    double Alpha,
    double Beta,
    double Gamma,
    double Phi,
    double Level,
    double Trend,
    IReadOnlyList<double> Season,
    double SquaredErrors,
    double Deviance,
    int ParameterCount,
    int Rows)
{
    /// <summary>Akaike's criterion, −2 log L* + 2k. Comparable between models of the same rows only.</summary>
    public double Aic => Deviance + (2 * ParameterCount);

    /// <summary>
    /// Akaike's criterion corrected for few rows, AIC + 2k(k + 1)/(n − k − 1): the smallest is chosen (fpp3, section 8.6).
    /// </summary>
    public double Aicc => Aic + (2.0 * ParameterCount * (ParameterCount + 1) / (Rows - ParameterCount - 1));

    internal EtsState Start() => new(this);
}

/// <summary>Level, trend and season of a model, moved on by one value after the other.</summary>
internal sealed class EtsState
{
    private readonly double _alpha, _beta, _gamma, _phi;
    private readonly bool _multiplies;
    private readonly double[] _season;
    private double _level, _trend;
    private int _at;

    public EtsState(EtsParameters p)
        : this(p.Model, p.Alpha, p.Beta, p.Gamma, p.Phi, p.Level, p.Trend, p.Season.Count == 0 ? [0] : [.. p.Season])
    {
    }

    /// <param name="model">The model; without a season <paramref name="season"/> is a single 0.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β, 0 without a trend.</param>
    /// <param name="gamma">γ, 0 without a season.</param>
    /// <param name="phi">φ, 1 where the trend is not damped.</param>
    /// <param name="level">l.</param>
    /// <param name="trend">b, 0 without a trend.</param>
    /// <param name="season">Kept and overwritten.</param>
    public EtsState(EtsModel model, double alpha, double beta, double gamma, double phi, double level, double trend, double[] season)
    {
        (_alpha, _beta, _gamma, _phi, _level, _trend, _season) = (alpha, beta, gamma, phi, level, trend, season);
        _multiplies = model.Season == EtsSeason.Multiplicative;
    }

    /// <summary>l.</summary>
    public double Level => _level;

    /// <summary>b.</summary>
    public double Trend => _trend;

    /// <summary>μ of the next row.</summary>
    public double Expected
    {
        get
        {
            double steady = _level + (_phi * _trend), season = _season[_at];
            return _multiplies ? steady * season : steady + season;
        }
    }

    /// <summary>Moves on by one row with this value in it.</summary>
    public void Observe(double value)
    {
        Follow(value, ref _level, ref _trend, ref _season[_at]);
        if (++_at == _season.Length)
            _at = 0;
    }

    /// <summary>One row of the recursions; returns μ, what was expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Follow(double value, ref double level, ref double trend, ref double season)
    {
        double drift = _phi * trend, steady = level + drift;
        if (_multiplies)
        {
            double expected = steady * season, error = value - expected, share = error / season;
            (level, trend) = (steady + (_alpha * share), drift + (_beta * share));
            season += _gamma * error / steady;
            return expected;
        }
        else
        {
            double expected = steady + season, error = value - expected;
            (level, trend) = (steady + (_alpha * error), drift + (_beta * error));
            season += _gamma * error;
            return expected;
        }
    }

    /// <summary>
    /// The expected values of the next rows, over all of <paramref name="ahead"/>: (l + (φ + … + φʰ)b) with the season of each row.
    /// </summary>
    public void Forecast(Span<double> ahead)
    {
        double level = _level, trend = _trend;
        for (int h = 0; h < ahead.Length; h++)
        {
            trend *= _phi;
            level += trend;
            double season = _season[(_at + h) % _season.Length];
            ahead[h] = _multiplies ? level * season : level + season;
        }
    }

    /// <summary>What of the expected values of the next rows is season: all beyond level and trend.</summary>
    /// <param name="ahead">From <see cref="Forecast"/>.</param>
    /// <param name="season">As many, is overwritten.</param>
    public void WriteSeason(ReadOnlySpan<double> ahead, Span<double> season)
    {
        double steady = _level, trend = _trend;
        for (int h = 0; h < season.Length; h++)
        {
            trend *= _phi;
            steady += trend;
            season[h] = ahead[h] - steady;
        }
    }

    /// <summary>
    /// −2 log L* of the values and Σe²; infinite where a model that multiplies meets an expected value that is not above 0.
    /// </summary>
    public (double Deviance, double Squares) Judge(ReadOnlySpan<double> values, bool relative, double floor)
    {
        // A fit spends its time here. Logarithms cost more than all else: one is taken of the product of many values, before this leaves
        // the range of a double.
        const double Most = 1e100, Least = 1e-100;
        double squares = 0, logs = 0, product = 1, level = _level, trend = _trend;
        double[] seasons = _season;
        int at = _at;
        foreach (double value in values)
        {
            double expected = Follow(value, ref level, ref trend, ref seasons[at]), error = value - expected;
            if (++at == seasons.Length)
                at = 0;
            if (relative)
            {
                if (!(expected > 0))
                    return (double.PositiveInfinity, double.PositiveInfinity);
                error /= expected;
                if (expected is > Most or < Least)
                    logs += Math.Log(expected);
                else if ((product *= expected) is > Most or < Least)
                    (logs, product) = (logs + Math.Log(product), 1);
            }

            squares += error * error;
        }

        logs += Math.Log(product);
        (_level, _trend, _at) = (level, trend, at);
        return double.IsFinite(squares)
            ? ((values.Length * Math.Log(Math.Max(squares, floor))) + (2 * logs), squares)
            : (double.PositiveInfinity, double.PositiveInfinity);
    }
}
