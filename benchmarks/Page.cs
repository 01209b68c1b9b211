using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>Which library a page compares Unroll with.</summary>
internal enum Opponent
{
    None,
    Torch,
    OnnxRuntime,
}

/// <summary>Where, when and with what a page was measured. Made before measuring, as it says how busy the machine was then.</summary>
/// <param name="command">The verb and its options.</param>
/// <param name="opponent">The other library, whose version belongs on the page.</param>
internal sealed class Page(string command, Opponent opponent = Opponent.None)
{
    private readonly string _load = Machine.Load;

    /// <summary>The processor as part of a heading.</summary>
    public static string Where => $"{Machine.Cpu}, {Machine.Cores} cores";

    /// <summary>The probability of a test; – where it is not defined.</summary>
    public static string Probability(double? p) => p switch
    {
        null => "–",
        < 0.001 => "< 0.001",
        double value => value.ToString("F3", CultureInfo.InvariantCulture),
    };

    /// <summary>How much larger or smaller a figure is than another.</summary>
    public static string Difference(double figure, double other) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * ((figure / other) - 1):+0.0;−0.0;0.0} %");

    /// <summary>A list in Markdown, with the page's own lines before the versions.</summary>
    public IReadOnlyList<string> Origin(params IEnumerable<string> own) =>
    [
        $"- Processor: {Where}",
        $"- Instruction sets: Unroll {Machine.InstructionSet}{Theirs()}",
        $"- Date: {Machine.Today}; load average before the run: {_load}",
        $"- Command: `Unroll.Benchmarks.dll {command}`",
        .. own.Select(line => "- " + line),
        $"- Versions: {Machine.Versions(opponent)}",
    ];

    /// <summary>A line for a page that is measured again in parts.</summary>
    public string Repetition(string what) => $"- Repeated: {what}, {Machine.Today}; load average before: {_load}; `Unroll.Benchmarks.dll "
        + $"{command}`; {Machine.Versions(opponent)}";

    private string Theirs() => opponent switch
    {
        Opponent.Torch => $"; libtorch {TorchInstructions.Name}",
        Opponent.OnnxRuntime => "; ONNX Runtime the processor's best",
        _ => "",
    };
}

/// <summary>Figures as the tables show them.</summary>
internal static class Figures
{
    /// <summary>The median, with the fastest and the slowest in brackets.</summary>
    public static string Seconds(Timings timings)
    {
        (double factor, string unit) = Unit(timings.Median);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Digits(timings.Median * factor)} {unit} ({Digits(timings.Min * factor)}–{Digits(timings.Max * factor)})");
    }

    public static string Seconds(double seconds)
    {
        (double factor, string unit) = Unit(seconds);
        return $"{Digits(seconds * factor)} {unit}";
    }

    public static string Microseconds(double seconds) => (1e6 * seconds).ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>In brackets where too few runs were quiet for it to say much.</summary>
    public static string Ratio(SideBySide timing)
    {
        string ratio = timing.Ratio.ToString("F2", CultureInfo.InvariantCulture);
        return timing.QuietPairs >= Timings.FewestQuiet ? $"**{ratio}**" : $"({ratio})";
    }

    /// <summary>Unroll's time over theirs; in brackets where too few runs were quiet for it to say much.</summary>
    public static string Share(SideBySide timing)
    {
        string share = (1 / timing.Ratio).ToString("F2", CultureInfo.InvariantCulture);
        return timing.QuietPairs >= Timings.FewestQuiet ? share : $"({share})";
    }

    public static string Quiet(Timings timings) => $"{timings.QuietRuns} of {timings.AllRuns}";

    private static (double Factor, string Unit) Unit(double seconds) =>
        seconds < 0.001 ? (1e6, "µs") : seconds < 1 ? (1e3, "ms") : (1, "s");

    private static string Digits(double value) => value.ToString(value < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);
}
