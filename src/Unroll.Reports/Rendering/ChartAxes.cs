using OxyPlot;
using OxyPlot.Axes;

namespace Unroll.Reports.Rendering;

/// <summary>A horizontal axis of dates with round ticks; a position is what <see cref="DateTimeAxis.ToDouble(DateTime)"/> gives.</summary>
internal sealed class DateChartAxis : LinearAxis
{
    private readonly Dictionary<double, string> _labels = [];

    public DateChartAxis(DateTime from, DateTime to, int most = 9)
    {
        if (from == to)
        {
            from = from.AddDays(-1);
            to = to.AddDays(1);
        }

        foreach ((DateTime date, string label) in DateTicks.Between(from, to, most))
            _labels[DateTimeAxis.ToDouble(date)] = label;
        double margin = (to - from).TotalDays * 0.01;
        Position = AxisPosition.Bottom;
        Minimum = DateTimeAxis.ToDouble(from) - margin;
        Maximum = DateTimeAxis.ToDouble(to) + margin;
    }

    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
        out IList<double> minorTickValues)
    {
        majorLabelValues = majorTickValues = [.. _labels.Keys];
        minorTickValues = [];
    }

    protected override string FormatValueOverride(double x) => _labels.GetValueOrDefault(x, "");
}

/// <summary>
/// A horizontal axis of rows that have a running number: positions are those of the dates that stand for the numbers, labels the numbers.
/// </summary>
internal sealed class NumberChartAxis : LinearAxis
{
    private readonly Dictionary<double, string> _labels = [];

    public NumberChartAxis(DateTime from, DateTime to, Func<DateTime, double> numberOf, int most = 9)
    {
        (double first, double last) = (numberOf(from), numberOf(to));
        (double start, double end) = (DateTimeAxis.ToDouble(from), DateTimeAxis.ToDouble(to));
        double step = RoundStep((last - first) / most), place = last > first ? (end - start) / (last - first) : 0;
        for (double tick = Math.Ceiling(first / step); tick * step <= last; tick++)
        {
            string label = (tick * step).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−');
            _labels[start + (((tick * step) - first) * place)] = label;
        }

        double margin = Math.Max((end - start) * 0.01, 1e-9);
        Position = AxisPosition.Bottom;
        Minimum = start - margin;
        Maximum = end + margin;
    }

    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
        out IList<double> minorTickValues)
    {
        majorLabelValues = majorTickValues = [.. _labels.Keys];
        minorTickValues = [];
    }

    protected override string FormatValueOverride(double x) => _labels.GetValueOrDefault(x, "");

    /// <summary>1, 2 or 5 times a power of ten, and no less than a number.</summary>
    private static double RoundStep(double least)
    {
        if (!(least > 0))
            return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10);
    }
}

/// <summary>A horizontal axis of epochs or steps, from the first to the last, with whole numbers only.</summary>
internal sealed class EpochAxis : LinearAxis
{
    private readonly double[] _ticks;

    /// <param name="epochs">The last one.</param>
    /// <param name="most">About as many ticks as there is room for.</param>
    public EpochAxis(int epochs, int most = 12)
    {
        int step = 1;
        // 1, 2, 5, 10, 20, 50, …: the next is twice the step, or 5/2 of it after a 2.
        while (epochs / step > most)
            step = step.ToString(System.Globalization.CultureInfo.InvariantCulture)[0] == '2' ? step / 2 * 5 : step * 2;
        _ticks = [.. Enumerable.Range(1, epochs).Where(epoch => epoch % step == 0 || epoch == 1).Select(epoch => (double)epoch)];
        if (_ticks.Length > 1 && step > 1 && _ticks[1] - 1 < step * 0.6)
            _ticks = _ticks[1..];
        Position = AxisPosition.Bottom;
        double margin = Math.Max(0.5, epochs * 0.01);
        Minimum = 1 - margin;
        Maximum = epochs + margin;
    }

    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
        out IList<double> minorTickValues)
    {
        majorLabelValues = majorTickValues = _ticks;
        minorTickValues = [];
    }

    protected override string FormatValueOverride(double x) => ReportText.AxisFigure(x);
}

/// <summary>A logarithmic axis with ticks at 1, 2 and 5 of each decade, or at the decades alone when there are many.</summary>
internal sealed class DecadeAxis : LogarithmicAxis
{
    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
        out IList<double> minorTickValues)
    {
        int first = (int)Math.Floor(Math.Log10(ActualMinimum));
        int last = (int)Math.Ceiling(Math.Log10(ActualMaximum));
        int every = Math.Max(1, (last - first) / 8);
        double[] digits = last - first <= 3 ? [1, 2, 5] : [1];
        var ticks = new List<double>();
        for (int decade = first; decade <= last; decade += every)
        {
            foreach (double digit in digits)
            {
                double tick = digit * Math.Pow(10, decade);
                if (tick >= ActualMinimum && tick <= ActualMaximum)
                    ticks.Add(tick);
            }
        }

        majorLabelValues = majorTickValues = ticks;
        minorTickValues = [];
    }

    /// <summary>Long figures only with an exponent, for an axis of many decades: 100 and 1e+3, 0.01 and 1e−3.</summary>
    public bool IsShort { get; init; }

    protected override string FormatValueOverride(double x) =>
        IsShort && x is < 0.0099 or > 101
            ? x.ToString("0e+0", System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−')
            : ReportText.AxisFigure(x);
}

/// <summary>A horizontal axis with a tick at each of a few values, and no others.</summary>
internal sealed class ChoiceAxis : LinearAxis
{
    private readonly double[] _ticks;
    private readonly Func<double, string> _label;

    public ChoiceAxis(IEnumerable<double> values, Func<double, string> label)
    {
        (_ticks, _label) = ([.. values.Distinct().Order()], label);
        Position = AxisPosition.Bottom;
        Minimum = _ticks[0] - 0.6;
        Maximum = _ticks[^1] + 0.6;
    }

    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
        out IList<double> minorTickValues)
    {
        majorLabelValues = majorTickValues = _ticks;
        minorTickValues = [];
    }

    protected override string FormatValueOverride(double x) => _label(x);
}
