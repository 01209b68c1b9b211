namespace Unroll.Forecasting;

/// <summary>
/// Parts values into trend, seasons and what is left by local regressions: STL of Cleveland, Cleveland, McRae and Terpenning (1990), STL: a
/// seasonal-trend decomposition procedure based on loess; for several seasons one after the other, twice, as in Bandara, Hyndman and
/// Bergmeir (2021), MSTL. Windows are those of R's forecast::mstl: 11 seasons for the shortest period, 15 for the next, 19 and so on.
/// </summary>
internal sealed class SeasonalTrend
{
    private const int FirstWindow = 11, WindowStep = 4, Rounds = 2;

    private SeasonalTrend(double[] trend, double[][] seasons, double[] remainder) =>
        (Trend, Seasons, Remainder) = (trend, seasons, remainder);

    /// <summary>[n].</summary>
    public double[] Trend { get; }

    /// <summary>[periods][n].</summary>
    public double[][] Seasons { get; }

    /// <summary>[n], the values without trend and seasons.</summary>
    public double[] Remainder { get; }

    /// <param name="values">n, none missing.</param>
    /// <param name="periods">In rows, the shortest first, each less than n / 2.</param>
    /// <param name="cancellationToken">Ends it between two seasons.</param>
    public static SeasonalTrend Of(ReadOnlySpan<double> values, ReadOnlySpan<int> periods, CancellationToken cancellationToken = default)
    {
        int rows = values.Length;
        double[] plain = values.ToArray(), trend = new double[rows];
        var seasons = new double[periods.Length][];
        for (int i = 0; i < periods.Length; i++)
            seasons[i] = new double[rows];
        for (int round = 0; round < (periods.Length > 1 ? Rounds : 1); round++)
        {
            for (int i = 0; i < periods.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (int t = 0; t < rows; t++)
                    plain[t] += seasons[i][t];
                new Decomposition(plain, periods[i], FirstWindow + (WindowStep * i)).Run(seasons[i], trend);
                for (int t = 0; t < rows; t++)
                    plain[t] -= seasons[i][t];
            }
        }

        for (int t = 0; t < rows; t++)
            plain[t] -= trend[t];
        return new SeasonalTrend(trend, seasons, plain);
    }

    /// <summary>
    /// How strong a single season is: 1 − var(remainder) / var(season + remainder), 0 at the least. Wang, Smith and Hyndman (2006),
    /// Characteristic-based clustering for time series data; fpp3, section 4.3.
    /// </summary>
    public double Strength()
    {
        double[] both = new double[Remainder.Length];
        for (int t = 0; t < both.Length; t++)
            both[t] = Remainder[t] + Seasons[0][t];
        double all = Variance(both);
        return all > 0 ? Math.Max(0, 1 - (Variance(Remainder) / all)) : 0;
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average(), squares = 0;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        return squares / (values.Length - 1);
    }

    /// <summary>
    /// One season and the trend, without weights for outliers, as R's stl does it: every tenth of a window is computed, what is between is
    /// a line.
    /// </summary>
    private sealed class Decomposition(double[] values, int period, int seasonWindow)
    {
        private const int Inner = 2;
        private readonly int _rows = values.Length;
        private readonly int _trendWindow = Odd((int)Math.Ceiling(1.5 * period / (1 - (1.5 / seasonWindow)))), _lowWindow = Odd(period);
        private readonly double[] _weights = new double[values.Length + (2 * period)];

        public void Run(double[] season, double[] trend)
        {
            int longer = _rows + (2 * period);
            double[] plain = new double[longer], cycles = new double[longer], low = new double[longer];
            Array.Clear(trend);
            for (int inner = 0; inner < Inner; inner++)
            {
                for (int t = 0; t < _rows; t++)
                    plain[t] = values[t] - trend[t];
                Cycles(plain, cycles);
                MovingAverage(cycles, longer, period, low);
                MovingAverage(low, longer - period + 1, period, plain);
                MovingAverage(plain, longer - (2 * period) + 2, 3, low);
                Smooth(low, _rows, _lowWindow, 1, Jump(_lowWindow), plain);
                for (int t = 0; t < _rows; t++)
                {
                    season[t] = cycles[period + t] - plain[t];
                    plain[t] = values[t] - season[t];
                }

                Smooth(plain, _rows, _trendWindow, 1, Jump(_trendWindow), trend);
            }
        }

        private static int Odd(int window) => window % 2 == 0 ? window + 1 : window;

        private static int Jump(int window) => (window + 9) / 10;

        /// <summary>Each place of the season smoothed by itself, and one season more at both ends.</summary>
        private void Cycles(double[] plain, double[] cycles)
        {
            double[] own = new double[(_rows / period) + 1], smooth = new double[own.Length + 2];
            for (int place = 0; place < period; place++)
            {
                int count = ((_rows - place - 1) / period) + 1;
                for (int i = 0; i < count; i++)
                    own[i] = plain[(i * period) + place];
                Smooth(own, count, seasonWindow, 0, Jump(seasonWindow), smooth.AsSpan(1));
                smooth[0] = Local(own, count, seasonWindow, 0, 0, 1, Math.Min(seasonWindow, count)) ?? smooth[1];
                int left = Math.Max(1, count - seasonWindow + 1);
                smooth[count + 1] = Local(own, count, seasonWindow, 0, count + 1, left, count) ?? smooth[count];
                for (int i = 0; i < count + 2; i++)
                    cycles[(i * period) + place] = smooth[i];
            }
        }

        private static void MovingAverage(double[] x, int count, int length, double[] average)
        {
            double sum = 0;
            for (int i = 0; i < length; i++)
                sum += x[i];
            average[0] = sum / length;
            for (int i = length; i < count; i++)
            {
                sum = sum - x[i - length] + x[i];
                average[i - length + 1] = sum / length;
            }
        }

        /// <summary>Loess of degree 0 or 1; rows are counted from 1.</summary>
        private void Smooth(double[] y, int count, int window, int degree, int jump, Span<double> smooth)
        {
            if (count < 2)
            {
                smooth[0] = y[0];
                return;
            }

            int step = Math.Min(jump, count - 1), half = (window + 1) / 2, left = 1, right = Math.Min(window, count);
            for (int i = 1; i <= count; i += step)
            {
                if (window < count)
                {
                    left = Math.Clamp(i - half + 1, 1, count - window + 1);
                    right = left + window - 1;
                }

                smooth[i - 1] = Local(y, count, window, degree, i, left, right) ?? y[i - 1];
            }

            if (step == 1)
                return;
            for (int i = 1; i <= count - step; i += step)
                Line(smooth, i, i + step);
            int last = ((count - 1) / step * step) + 1;
            if (last == count)
                return;
            smooth[count - 1] = Local(y, count, window, degree, count, left, right) ?? y[count - 1];
            Line(smooth, last, count);
        }

        private static void Line(Span<double> smooth, int from, int to)
        {
            double slope = (smooth[to - 1] - smooth[from - 1]) / (to - from);
            for (int j = from + 1; j < to; j++)
                smooth[j - 1] = smooth[from - 1] + (slope * (j - from));
        }

        /// <summary>The regression at a place, with tricube weights on the rows from left to right; null where all weights are 0.</summary>
        private double? Local(double[] y, int count, int window, int degree, int at, int left, int right)
        {
            double h = Math.Max(at - left, right - at) + (window > count ? (window - count) / 2 : 0), sum = 0;
            for (int j = left; j <= right; j++)
            {
                double distance = Math.Abs(j - at), weight = 0;
                if (distance <= 0.999 * h)
                {
                    double share = distance / h, rest = 1 - (share * share * share);
                    weight = distance <= 0.001 * h ? 1 : rest * rest * rest;
                }

                _weights[j] = weight;
                sum += weight;
            }

            if (sum <= 0)
                return null;
            double centre = 0, spread = 0, fitted = 0;
            for (int j = left; j <= right; j++)
            {
                _weights[j] /= sum;
                centre += _weights[j] * j;
            }

            for (int j = left; j <= right; j++)
                spread += _weights[j] * (j - centre) * (j - centre);
            double slope = degree > 0 && h > 0 && Math.Sqrt(spread) > 0.001 * (count - 1) ? (at - centre) / spread : 0;
            for (int j = left; j <= right; j++)
                fitted += _weights[j] * ((slope * (j - centre)) + 1) * y[j - 1];
            return fitted;
        }
    }
}
