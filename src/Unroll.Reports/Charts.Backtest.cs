using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <content>The charts of a backtest.</content>
public static partial class Charts
{
    private const string BestBaselineOf = "best baseline";

    /// <summary>
    /// The RMSE of every model h = 1..H rows ahead, from 0 up, with the naive forecast and the best baseline; other baselines are left out,
    /// because a poor one would squeeze the rest.
    /// </summary>
    public static Chart ErrorByStep(BacktestResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        PlotModel plot = Plot($"{Short(result.Target)}: error by rows ahead");
        plot.Subtitle = Fits(result);
        plot.Axes.Add(Styled(new EpochAxis(result.Horizon), "Rows ahead"));
        Axis errors = Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, $"RMSE of {Short(result.Target)}");
        (errors.Minimum, errors.MinimumPadding) = (0, 0);
        plot.Axes.Add(errors);
        void Add(string name, BacktestScore score, OxyColor color, LineStyle style)
        {
            LineSeries line = Line(name, color, 1.8, score.Steps.Select(step => new DataPoint(step.Step, step.Rmse)), style);
            (line.MarkerType, line.MarkerSize, line.MarkerFill) = (result.Horizon <= 40 ? MarkerType.Circle : MarkerType.None, 3, color);
            plot.Series.Add(line);
        }

        Add("naive forecast", result.Naive, Palette.Naive, LineStyle.Dash);
        if (result.BestBaseline != result.Naive)
            Add($"{result.BestBaseline.Name} ({BestBaselineOf})", result.BestBaseline, Palette.Ink, LineStyle.Dash);
        for (int i = 0; i < result.Models.Count; i++)
            Add(Short(result.Models[i].Name), result.Models[i], Palette.Model(i), LineStyle.Solid);
        return Draw(plot, "errors");
    }

    /// <summary>
    /// What every model and the best baseline predicted h rows ahead, against what came, with the intervals of the first model (of the
    /// best baseline where there is none). Thin lines mark the first row predicted by each fit.
    /// </summary>
    /// <param name="result">The backtest.</param>
    /// <param name="step">h.</param>
    /// <exception cref="ArgumentOutOfRangeException">The backtest did not look so far ahead.</exception>
    public static Chart Prediction(BacktestResult result, int step = 1)
    {
        ArgumentNullException.ThrowIfNull(result);
        BacktestScore best = result.BestBaseline, banded = result.Models.Count > 0 ? result.Models[0] : best;
        double[] actual = best.Forecast.Actual(step);
        DateTime[] dates = [.. result.Dates.Skip(step - 1).Take(actual.Length)];
        PlotModel plot = Plot($"{Short(result.Target)}: predicted {(step == 1 ? "1 row" : $"{step} rows")} ahead, against actual");
        plot.Subtitle = Fits(result) + (result.Folds.Count > 1 ? "; a thin line marks where one begins" : "");
        plot.Axes.Add(Styled(new DateChartAxis(dates[0], dates[^1]), "Date"));
        plot.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, Short(result.Target)));
        foreach (BacktestFold fold in result.Folds.Skip(1))
        {
            plot.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Vertical,
                X = DateTimeAxis.ToDouble(dates[fold.FirstOrigin]),
                Color = Palette.Quiet,
                LineStyle = LineStyle.Solid,
                StrokeThickness = 1,
                Layer = AnnotationLayer.BelowSeries,
            });
        }

        byte alpha = 35;
        OxyColor color = result.Models.Count > 0 ? Palette.Model(0) : Palette.Naive;
        foreach (IntervalScore interval in banded.Steps[step - 1].Intervals.OrderByDescending(interval => interval.Level))
        {
            var band = new AreaSeries
            {
                Title = FormattableString.Invariant($"{Short(banded.Name)}, {100 * interval.Level:0.##} %"),
                Color = OxyColors.Transparent,
                Fill = OxyColor.FromAColor(alpha, color),
                StrokeThickness = 0,
            };
            band.Points.AddRange(Points(dates, interval.Intervals.Select(each => each.Lower)));
            band.Points2.AddRange(Points(dates, interval.Intervals.Select(each => each.Upper)));
            plot.Series.Add(band);
            alpha = (byte)Math.Min(alpha + 30, 95);
        }

        plot.Series.Add(Line("Actual", Palette.Ink, 2, Points(dates, actual)));
        plot.Series.Add(Line($"{best.Name} ({BestBaselineOf})", Palette.Naive, 1.5, Points(dates, best.Forecast.Predicted(step)), LineStyle.Dash));
        for (int i = 0; i < result.Models.Count; i++)
            plot.Series.Add(Line(Short(result.Models[i].Name), Palette.Model(i), 1.5, Points(dates, result.Models[i].Forecast.Predicted(step))));
        return Draw(plot, step == 1 ? "prediction" : FormattableString.Invariant($"prediction-{step}"));
    }

    private static string Fits(BacktestResult result) => FormattableString.Invariant(
        $"{result.Folds.Count} {(result.Folds.Count == 1 ? "fit" : "fits")}, {result.Naive.Forecast.Origins} origins, {(result.SlidingRows is { } rows ? $"each fit on the newest {rows} rows" : "each fit on all rows before")}");
}
