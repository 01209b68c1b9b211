using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>Refuses a report that contradicts itself, before anything of it is drawn.</summary>
internal static class ReportChecks
{
    public static void Check(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Same(report.Actual.Count, report.Dates.Count, "Actual", "Dates");
        Same(report.TestActual.Count, report.TestDates.Count, "TestActual", "TestDates");
        Same(report.Naive.Count, report.TestDates.Count, "Naive", "TestDates");
        if (report.Dates.Count == 0 || report.TestDates.Count == 0)
            throw Wrong("Dates and TestDates hold at least one date each.");
        Ascending(report.Dates, "Dates");
        Ascending(report.TestDates, "TestDates");
        if (report.TrainFrom > report.TrainTo)
            throw Wrong($"TrainFrom ({report.TrainFrom:yyyy-MM-dd}) is not after TrainTo ({report.TrainTo:yyyy-MM-dd}).");
        if (report.TestDates[0] <= report.TrainTo)
            throw Wrong($"the test range begins on {report.TestDates[0]:yyyy-MM-dd}, which is not after the end of training, {report.TrainTo:yyyy-MM-dd}.");
        NaiveError(report.NaiveRmse, "NaiveRmse");
        NaiveError(report.NaiveMae, "NaiveMae");
        if (report.Verdict.Count == 0 || report.Verdict.Any(string.IsNullOrWhiteSpace))
            throw Wrong("Verdict says the result in at least one sentence.");
        foreach (ModelResult model in report.Models)
        {
            Row(report, model.Name, model.Predictions.Count, model.Mape);
            if (model.Band is { } band)
                Same(band.Count, report.TestDates.Count, $"The intervals of {model.Name}", "TestDates");
        }

        foreach (ForecastScore baseline in report.Baselines)
            Row(report, baseline.Name, baseline.Predictions.Length, baseline.Mape ?? double.NaN);
    }

    private static void Row(ForecastReport report, string name, int predictions, double mape)
    {
        Same(predictions, report.TestDates.Count, $"Predictions of {name}", "TestDates");
        if (double.IsNaN(report.NaiveMape) && !double.IsNaN(mape))
            throw Wrong($"{name} has a MAPE of {ReportText.Percent(mape)} but the naive forecast has none to compare it with.");
    }

    private static void Same(int count, int expected, string name, string other)
    {
        if (count != expected)
            throw Wrong($"{name} holds {count} values and {other} {expected}; they go together one by one.");
    }

    private static void Ascending(IReadOnlyList<DateTime> dates, string name)
    {
        for (int i = 1; i < dates.Count; i++)
        {
            if (dates[i] <= dates[i - 1])
                throw Wrong($"{name} ascend, but {dates[i]:yyyy-MM-dd HH:mm} follows {dates[i - 1]:yyyy-MM-dd HH:mm}.");
        }
    }

    private static void NaiveError(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
            throw Wrong($"{name} is a finite error of at least 0, not {value}; no error is shown without the naive one beside it.");
    }

    private static ArgumentException Wrong(string what) => new("The report contradicts itself: " + what);
}
