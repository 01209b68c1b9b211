using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>Bars of what the rows to come of one part are made of, beside the level.</summary>
/// <param name="Dates">[H].</param>
/// <param name="Bars">Those that are not 0 in all rows.</param>
/// <param name="Sum">[H], the forecast less the level.</param>
internal sealed record DriverBars(DateTime[] Dates, IReadOnlyList<DriverBar> Bars, double[] Sum)
{
    public const string SumName = "Forecast less level";

    /// <summary>How much of the distance between two rows a bar takes.</summary>
    private const double Width = 0.7;

    public static DriverBars Of(PartContributions part)
    {
        DriverBar[] bars =
        [
            .. part.Present.Where(each => each != Contribution.Level)
                .Select(each => new DriverBar(each, [.. part.Rows.Select(row => row[each])])),
        ];
        double[] sum = [.. part.Rows.Select(row => row.Sum - row[Contribution.Level])];
        return new DriverBars([.. part.Rows.Select(row => row.Date)], bars, sum);
    }

    /// <summary>What a contribution is called.</summary>
    public static string Name(Contribution contribution) => contribution == Contribution.Recent ? "Recent values" : contribution.ToString();

    /// <summary>The name of its colour in report.css.</summary>
    public static string Color(Contribution contribution) => contribution switch
    {
        Contribution.Recent => "model-1",
        Contribution.Season => "model-2",
        Contribution.Holidays => "model-3",
        Contribution.Columns => "test",
        Contribution.Networks => "model-0",
        _ => "naive",
    };

    public static OxyColor Paint(Contribution contribution) => contribution switch
    {
        Contribution.Recent => Palette.Model(1),
        Contribution.Season => Palette.Model(2),
        Contribution.Holidays => Palette.Model(3),
        Contribution.Columns => Palette.Test,
        Contribution.Networks => Palette.Model(0),
        _ => Palette.Naive,
    };

    /// <param name="plot">Gets axes and bars.</param>
    /// <param name="report">The report.</param>
    /// <param name="bars">One of its parts.</param>
    /// <param name="isSmall">Whether it is one of many small pictures.</param>
    public static void Fill(PlotModel plot, ForecastReport report, DriverBars bars, bool isSmall = false)
    {
        TimeSpan half = bars.HalfWidth(report);
        Charts.AddDates(plot, bars.Dates[0] - half, bars.Dates[^1] + half, isSmall ? null : report.ValueTitle, report.NumberOf);
        double[] up = new double[bars.Dates.Length], down = new double[bars.Dates.Length];
        foreach (DriverBar bar in bars.Bars)
        {
            var boxes = new RectangleBarSeries { Title = Name(bar.Contribution), FillColor = Paint(bar.Contribution), StrokeThickness = 0 };
            for (int h = 0; h < up.Length; h++)
            {
                double[] side = bar.Values[h] >= 0 ? up : down;
                (double from, double to) = (side[h], side[h] += bar.Values[h]);
                (double left, double right) = (Day(bars.Dates[h] - half), Day(bars.Dates[h] + half));
                boxes.Items.Add(new RectangleBarItem(left, Math.Min(from, to), right, Math.Max(from, to)));
            }

            plot.Series.Add(boxes);
        }

        plot.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.Horizontal,
            Y = 0,
            Color = Palette.Quiet,
            LineStyle = LineStyle.Solid,
            StrokeThickness = 1,
        });
        LineSeries sum = Charts.Line(SumName, Palette.Ink, isSmall ? 1.2 : 1.8, Charts.Points(bars.Dates, bars.Sum));
        (sum.MarkerType, sum.MarkerSize, sum.MarkerFill) = (MarkerType.Circle, isSmall ? 1.8 : 3, Palette.Ink);
        plot.Series.Add(sum);

        static double Day(DateTime date) => DateTimeAxis.ToDouble(date);
    }

    /// <summary>
    /// Half of what a bar takes of the time from row to row, the shortest; a day's, or that between two rows that are numbered, where there
    /// is one row.
    /// </summary>
    public TimeSpan HalfWidth(ForecastReport report)
    {
        TimeSpan least = Dates.Length == 1 ? report.RowTime : Dates.Zip(Dates.Skip(1), (date, next) => next - date).Min();
        return least * (Width / 2);
    }
}

/// <param name="Contribution">What it is.</param>
/// <param name="Values">[H].</param>
internal sealed record DriverBar(Contribution Contribution, double[] Values);
