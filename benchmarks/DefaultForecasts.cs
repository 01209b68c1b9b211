using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>The default, untouched, on one file: the blend, the blend without its networks, and every member alone.</summary>
internal sealed class DefaultForecasts
{
    /// <summary>What the page calls the blend, and the blend without networks.</summary>
    public const string Blend = "Unroll blend", WithoutNetworks = "Unroll blend without networks";

    private readonly List<(PartsForecaster Forecaster, Forecast Forecast, JudgedForecasts Judged)> _all = [];
    private readonly ForecastTask? _task;

    public DefaultForecasts(AccuracyFile file)
    {
        PeakMemory.Reset();
        try
        {
            _task = file.Task();
        }
        catch (UnrollException reason)
        {
            Notes = [$"Unroll forecast nothing: {reason.Message}"];
            return;
        }

        BlendForecaster blend = BlendForecaster.Default(_task);
        var fitted = new Dictionary<PartsForecaster, double>();
        PartsForecaster? current = null;
        double begun = Seconds(), since = begun;
        blend.Fit(_task, new Told(moment =>
        {
            PartsForecaster? next = blend.Members.FirstOrDefault(member => member.Name == moment.Forecaster);
            if (next is null || next == current)
                return;
            Stop();
            current = next;
            Console.Error.WriteLine($"{file.Name}: {next.Name}");
        }));
        Stop();
        int series = file.Data.Count;
        Add(blend, Blend, since - begun, series);
        double peak = Machine.PeakMemory ?? double.NaN;
        _all[0] = _all[0] with { Judged = _all[0].Judged with { Megabytes = peak } };
        if (blend.Without(ForecasterKind.Network) is { } others)
        {
            double networks = fitted.Sum(each => each.Key.Kind == ForecasterKind.Network ? each.Value : 0);
            Add(others, WithoutNetworks, since - begun - networks, series);
        }

        foreach (PartsForecaster member in blend.Members)
            Add(member, "Unroll " + member.Name, fitted[member], series);
        IEnumerable<string> shares = blend.MeanShares()
            .Select(share => string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:F0} % {share.Key}"));
        Notes =
        [
            .. Refused(_task),
            $"The blend: {string.Join(", ", shares)}.",
            .. _task.Notes, .. blend.Notes,
        ];

        void Stop()
        {
            double now = Seconds();
            if (current is not null)
                fitted[current] = now - since;
            since = now;
        }
    }

    private sealed class Told(Action<ForecastEvent> tell) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => tell(value);
    }

    /// <summary>What was forecast, the blend first; empty where all series were refused.</summary>
    public IEnumerable<JudgedForecasts> Judged => _all.Select(each => each.Judged);

    /// <summary>What was found and refused, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private set; }

    /// <summary>
    /// All forecasts of the validation rows, as far as a member has made any, and of the judged rows: a line for each series, forecaster,
    /// origin and step. An origin is how many rows of the series are known at it.
    /// </summary>
    public void Dump(string path)
    {
        if (_task is null)
            return;
        var text = new StringBuilder("series,member,kind,origin,step,actual,value\n");
        foreach ((PartsForecaster forecaster, Forecast forecast, JudgedForecasts judged) in _all)
        {
            string member = judged.Name == WithoutNetworks ? "blend-without-networks" : forecaster.Key;
            foreach (Part part in _task.Parts)
            {
                int learnt = _task[part].Train.Count;
                if (forecaster.Models.GetValueOrDefault(part)?.Track is { } track)
                {
                    HorizonForecast validation = track.Validation;
                    int first = learnt - validation.Origins - validation.Steps + 1;
                    for (int origin = 0; origin < validation.Origins; origin++)
                    {
                        for (int step = 1; step <= validation.Steps; step++)
                        {
                            double actual = validation.AllActual[origin + step - 1];
                            Line(part, member, "validation", first + origin, step, actual, validation[origin, step]);
                        }
                    }
                }

                PartForecast own = forecast[part];
                for (int step = 1; step <= own.Steps; step++)
                    Line(part, member, "test", learnt, step, own.Actual(0, step), own[0, step]);
            }
        }

        File.WriteAllText(path, text.ToString());

        void Line(Part part, string member, string kind, int origin, int step, double actual, double value) =>
            text.Append(CultureInfo.InvariantCulture, $"{part.Series},{member},{kind},{origin},{step},{actual:R},{value:R}\n");
    }

    private void Add(PartsForecaster forecaster, string name, double seconds, int series)
    {
        double begun = Seconds();
        Forecast forecast = forecaster.Predict(_task!);
        var ahead = forecast.Parts.ToDictionary(
            part => part.Part.Series, part => Enumerable.Range(1, part.Steps).Select(step => part[0, step]).ToArray());
        _all.Add((forecaster, forecast, new JudgedForecasts(name, ahead) { Seconds = (seconds + Seconds() - begun) / series }));
    }

    private static IEnumerable<string> Refused(ForecastTask task) => task.LeftOut.Count == 0
        ? []
        :
        [
            $"Unroll refused {task.LeftOut.Count} of {task.Data.Count} series. "
                + $"The first, {task.LeftOut[0].Series}: {task.LeftOut[0].Reason}",
        ];

    private static double Seconds() => Environment.CpuUsage.TotalTime.TotalSeconds;
}

/// <summary>Begins the count of the most memory resident anew, where Linux lets.</summary>
internal static class PeakMemory
{
    public static void Reset()
    {
        GC.Collect();
        try
        {
            if (OperatingSystem.IsLinux())
                File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine("The peak of memory cannot be counted anew: it is that of all files so far.");
        }
    }
}
