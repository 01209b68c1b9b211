using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// The forecasts of simple rules, [H], from all rows of a series. Those that follow a state go through the rows from where it is known.
/// </summary>
internal sealed class RuleGraph(GraphMath math, GraphSeries series, string target, int horizon)
{
    private readonly string _values = series.Column(target);

    /// <summary>Whether a rule can be written.</summary>
    public static bool Has(BaselineRule rule) => rule is not OwnRule;

    /// <summary>[H].</summary>
    public string Write(BaselineRule rule)
    {
        BaselineState state = rule.State;
        return rule switch
        {
            NaiveRule => math.Expand(Newest(1), horizon),
            SeasonalNaiveRule => math.Gather(Newest(state.Period), math.Wholes(Steps(h => h % state.Period))),
            DriftRule => math.Add(Newest(1), math.Numbers(Each(h => (h + 1) * state.Slope))),
            MeanRule => math.Numbers(Each(_ => state.Mean)),
            SeasonalNaiveDriftRule => math.Add(
                math.Gather(Newest(state.Period), math.Wholes(Steps(h => h % state.Period))),
                math.Numbers(Each(h => ((h / state.Period) + 1) * state.Slope))),
            LeastSquaresRule least => LeastSquares(least.Regression),
            ThetaRule => Theta(state, rule.NeededRows),
            EtsRule => Ets(state.Ets!, state.FirstDate),
            ArimaRule => Arima(state.Arima!, state.FirstDate, rule.NeededRows),
            StlEtsRule => StlEts(state.Ets!, state.Seasons!, state.FirstDate),
            CrostonRule => Croston(state),
            TsbRule => Tsb(state),
            _ => throw new NotSupportedException($"The {rule.Name} rule has no graph."),
        };
    }

    private double[] Each(Func<int, double> value) => [.. Enumerable.Range(0, horizon).Select(value)];

    private long[] Steps(Func<int, int> place) => [.. Enumerable.Range(0, horizon).Select(h => (long)place(h))];

    /// <summary>The newest rows, the oldest first; NaN where there are fewer.</summary>
    private string Newest(int count, string? values = null) =>
        math.Slice(math.Concat(0, math.Expand(math.NotANumber, count), values ?? _values), -count);

    /// <summary>How many rows come before a date, and whether it is among them.</summary>
    private (string Before, string IsThere) Find(DateTime date)
    {
        string number = math.Whole(series.NumberOf(date));
        return (math.Count(math.Function("Less", series.Dates, number)),
            math.Function("Greater", math.Count(math.Function("Equal", series.Dates, number)), math.Whole(0)));
    }

    private string From(string first) => math.Slice(_values, first, math.Whole(long.MaxValue));

    /// <summary>
    /// A forecast that is a weighted sum of the newest rows: the rule is asked for each of them by itself.
    /// </summary>
    private string Linear(string newest, int count, Func<double[], double[]> ahead)
    {
        double[] zero = ahead(new double[count]), weights = new double[horizon * count];
        for (int i = 0; i < count; i++)
        {
            var one = new double[count];
            one[i] = 1;
            double[] response = ahead(one);
            for (int h = 0; h < horizon; h++)
                weights[(h * count) + i] = response[h] - zero[h];
        }

        string sums = math.Sum(math.Multiply(math.Numbers(weights, horizon, count), math.Unsqueeze(newest, 0)), 1);
        return math.Add(sums, math.Numbers(zero));
    }

    private string LeastSquares(LinearRegression regression)
    {
        int lags = regression.Inputs;
        return Linear(Newest(lags), lags, newest =>
        {
            double[] values = [.. newest, .. new double[horizon]];
            for (int h = 0; h < horizon; h++)
                values[lags + h] = regression.Predict(values.AsSpan(h, lags))[0];
            return values[lags..];
        });
    }

    private string Theta(BaselineState state, int needed)
    {
        (string before, string isThere) = Find(state.FirstDate);
        string first = math.Where(isThere, before, math.Whole(0)), plain = From(first), count = math.Length(plain), place = math.Whole(0);
        SeasonalIndices? indices = state.Indices is { Length: > 1 } season
            ? new SeasonalIndices(season, state.Adds, state.FirstDate)
            : null;
        string isSound = math.Function("Or", isThere, math.Function("GreaterOrEqual", count, math.Whole(needed)));
        if (indices is not null)
        {
            (string placeOfAll, string isKnown) = series.PlaceFrom(state.FirstDate);
            (place, isSound) = (math.Add(placeOfAll, first), math.And(isSound, isKnown));
            plain = Season(indices, plain, math.Add(math.Range(count), place), removes: true);
        }

        double alpha = Math.Max(state.Ets!.Alpha, 1e-10);
        string start = math.Where(isThere, math.Number(state.Ets.Level), math.Slice(plain, 0, 1));
        string Decay(string rows) => math.Function("Pow", math.Number(1 - alpha), math.ToNumber(rows));
        string ages = math.Subtract(math.AddWhole(count, -1), math.Range(count));
        string level = math.Add(math.Multiply(Decay(count), start), math.Sum(math.Multiply(plain, math.Multiply(Decay(ages), alpha)), 0));
        string rows = math.Divide(math.Subtract(math.Number(1), Decay(count)), math.Number(alpha));
        string line = math.Multiply(math.Add(math.Numbers(Each(h => h)), rows), 0.5 * state.Slope);
        string ahead = math.Add(level, line);
        if (indices is not null)
            ahead = Season(indices, ahead, math.Add(math.Wholes(Steps(h => h)), math.Add(place, count)), removes: false);
        return math.Where(isSound, ahead, math.NotANumber);
    }

    private string Season(SeasonalIndices indices, string values, string places, bool removes)
    {
        string season = math.Gather(math.Numbers(indices.Values), math.Modulo(places, indices.Period));
        return (indices.Adds, removes) switch
        {
            (true, true) => math.Subtract(values, season),
            (true, false) => math.Add(values, season),
            (false, true) => math.Divide(values, season),
            _ => math.Multiply(values, season),
        };
    }

    private string Ets(EtsParameters parameters, DateTime firstDate)
    {
        (string first, string isThere) = Find(firstDate);
        // From other rows the state would have to be estimated anew.
        return math.Where(isThere, Smooth(parameters, From(math.Where(isThere, first, math.Whole(0)))), math.NotANumber);
    }

    private string Smooth(EtsParameters p, string values)
    {
        bool multiplies = p.Model.Season == EtsSeason.Multiplicative;
        double[] seasons = p.Season.Count == 0 ? [0] : [.. p.Season];
        string[] states = math.Scan(values, [math.Number(p.Level), math.Number(p.Trend), math.Numbers(seasons)], (inner, before, value) =>
        {
            string drift = inner.Multiply(before[1], p.Phi), steady = inner.Add(before[0], drift);
            string season = inner.Gather(before[2], inner.Whole(0));
            string expected = multiplies ? inner.Multiply(steady, season) : inner.Add(steady, season);
            string error = inner.Subtract(value, expected);
            string share = multiplies ? inner.Divide(error, season) : error;
            string change = multiplies ? inner.Divide(inner.Multiply(error, p.Gamma), steady) : inner.Multiply(error, p.Gamma);
            return
            [
                inner.Add(steady, inner.Multiply(share, p.Alpha)),
                inner.Add(drift, inner.Multiply(share, p.Beta)),
                inner.Concat(0, inner.Slice(before[2], 1), inner.Reshape(inner.Add(season, change), 1)),
            ];
        });
        double sum = 0, power = 1;
        double[] factors = Each(_ => sum += power *= p.Phi);
        string level = math.Add(states[0], math.Multiply(states[1], math.Numbers(factors)));
        string ahead = math.Gather(states[2], math.Wholes(Steps(h => h % seasons.Length)));
        return multiplies ? math.Multiply(level, ahead) : math.Add(level, ahead);
    }

    private string StlEts(EtsParameters parameters, double[][] seasons, DateTime lastDate)
    {
        (string last, string isThere) = Find(lastDate);
        string values = From(math.AddWhole(last, 1)), count = math.Length(values);
        string plain = math.Subtract(values, Sum(math.Range(count)));
        string ahead = math.Add(Smooth(parameters, plain), Sum(math.Add(math.Wholes(Steps(h => h)), count)));
        // Other rows would have to be divided anew into trend and seasons.
        return math.Where(isThere, ahead, math.NotANumber);

        string Sum(string places) => seasons.Select(season => math.Gather(math.Numbers(season), math.Modulo(places, season.Length)))
            .Aggregate(math.Add);
    }

    private string Croston(BaselineState state)
    {
        DemandParameters p = state.Demand!;
        string zero = math.Number(0), values = From(DemandFrom(state.FirstDate));
        string[] states = math.Scan(values, [zero, zero, zero], (inner, before, value) =>
        {
            string since = inner.Add(before[2], 1), isDemand = inner.Function("Greater", value, zero);
            string isKnown = inner.Function("Greater", before[1], zero);
            string size = inner.Where(isKnown, Move(inner, before[0], value, p.SizeShare), value);
            string interval = inner.Where(isKnown, Move(inner, before[1], since, p.RateShare), since);
            return [inner.Where(isDemand, size, before[0]), inner.Where(isDemand, interval, before[1]), inner.Where(isDemand, zero, since)];
        });
        string known = math.Function("Greater", states[1], zero);
        string rate = math.Divide(states[0], math.Where(known, states[1], math.Number(1)));
        double factor = state.IsCorrected ? 1 - (p.RateShare / 2) : 1;
        return math.Expand(math.Where(known, math.Multiply(rate, factor), zero), horizon);
    }

    private string Tsb(BaselineState state)
    {
        DemandParameters p = state.Demand!;
        string zero = math.Number(0), one = math.Number(1), values = From(DemandFrom(state.FirstDate));
        string[] states = math.Scan(values, [math.Number(p.Size), math.Number(p.Rate)], (inner, before, value) =>
        {
            string isDemand = inner.Function("Greater", value, zero);
            string probability = Move(inner, before[1], inner.Where(isDemand, one, zero), p.RateShare);
            return [inner.Where(isDemand, Move(inner, before[0], value, p.SizeShare), before[0]), probability];
        });
        return math.Expand(math.Multiply(states[0], states[1]), horizon);
    }

    private static string Move(GraphMath inner, string from, string to, double share) =>
        inner.Add(from, inner.Multiply(inner.Subtract(to, from), share));

    private string DemandFrom(DateTime date)
    {
        (string before, string isThere) = Find(date);
        return math.Where(isThere, before, math.Whole(0));
    }

    private string Arima(ArimaParameters p, DateTime firstDate, int needed)
    {
        (string before, string isThere) = Find(firstDate);
        string values = From(math.Where(isThere, before, math.Whole(0))), count = math.Length(values);
        double[] differencing = ArimaState.Differencing(p.Order);
        int lost = differencing.Length - 1, states = p.Order.States;
        ArimaPolynomial polynomial = p.Polynomial();
        polynomial.Prepare();
        string? rows = null;
        for (int k = 0; k <= lost; k++)
        {
            if (differencing[k] == 0)
                continue;
            string part = math.Multiply(math.Slice(values, math.Whole(lost - k), math.AddWhole(count, -k)), differencing[k]);
            rows = rows is null ? part : math.Add(rows, part);
        }

        string phi = math.Numbers(polynomial.Rows), end = math.Numbers([0.0]);
        double[] gains = polynomial.FirstGain;
        string[] known = math.Scan(
            math.Add(rows!, -p.Constant),
            [
                math.Numbers(new double[states]), math.Numbers([.. gains]), math.Numbers([.. gains]),
                math.Number(polynomial.FirstVariance), math.Number(-1 / polynomial.FirstVariance),
            ],
            (inner, now, row) =>
            {
                (string state, string change, string gain, string variance, string scale) = (now[0], now[1], now[2], now[3], now[4]);
                string first = inner.Gather(state, inner.Whole(0)), change0 = inner.Gather(change, inner.Whole(0));
                string error = inner.Divide(inner.Subtract(row, first), variance), share = inner.Divide(change0, variance);
                string growth = inner.Multiply(change0, scale);
                string Shift(string vector) => inner.Concat(0, inner.Slice(vector, 1), end);
                string next = inner.Add(inner.Add(Shift(state), inner.Multiply(phi, first)), inner.Multiply(gain, error));
                string moved = inner.Add(Shift(change), inner.Multiply(phi, change0));
                string varied = inner.Larger(inner.Number(1), inner.Add(variance, inner.Multiply(change0, growth)));
                return
                [
                    next, inner.Subtract(moved, inner.Multiply(gain, share)), inner.Add(gain, inner.Multiply(moved, growth)),
                    varied, inner.Divide(inner.Multiply(scale, variance), varied),
                ];
            });
        string newest = lost == 0 ? known[0] : math.Concat(0, known[0], Newest(lost, values));
        string ahead = Linear(newest, states + lost, all =>
        {
            double[] state = [.. all[..states], 0], forecast = new double[horizon];
            for (int h = 0; h < horizon; h++)
            {
                forecast[h] = p.Constant + state[0];
                for (int k = 1; k <= lost; k++)
                    forecast[h] -= differencing[k] * (h - k >= 0 ? forecast[h - k] : all[^(k - h)]);
                double first = state[0];
                for (int i = 0; i < states; i++)
                    state[i] = state[i + 1] + (polynomial.Rows[i] * first);
            }

            return forecast;
        });
        string isSound = math.Function("Or", isThere, math.Function("GreaterOrEqual", count, math.Whole(needed)));
        return math.Where(isSound, ahead, math.NotANumber);
    }
}
