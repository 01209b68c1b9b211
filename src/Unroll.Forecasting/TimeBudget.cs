using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// How long a run may take. The time begins when this is made, so that what comes before a fit, as reading a file, counts too. A blend that
/// has one does the cheap and robust things first and then spends what is left; what it could not do it says
/// (<see cref="BlendForecaster.GivenUp"/>).
/// </summary>
/// <remarks>What is done in a time depends on the speed of the machine, and so do the forecasts. Without a budget they never do.</remarks>
/// <example><code>
/// BlendForecaster blend = BlendForecaster.Default(task);
/// blend.Budget = new TimeBudget(TimeSpan.FromMinutes(1));
/// blend.Fit(task);
/// blend.Refit(task.Whole());
/// </code></example>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, so that nothing is left open.")]
public sealed class TimeBudget
{
    /// <summary>Longer than any run.</summary>
    private static readonly TimeSpan s_any = TimeSpan.FromDays(10_000);

    private readonly long _start;
    private readonly CancellationTokenSource _end = new();

    /// <param name="whole">How long, above 0.</param>
    /// <param name="clock">What tells the time; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public TimeBudget(TimeSpan whole, TimeProvider? clock = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(whole, TimeSpan.Zero);
        (Whole, Clock) = (whole, new BudgetClock(clock ?? TimeProvider.System));
        _start = Clock.GetTimestamp();
    }

    /// <summary>
    /// A budget of any time, for a run that somebody may end by hand (<see cref="End"/>). Where nobody does, the forecasts are those
    /// without a budget, to the bit.
    /// </summary>
    /// <example><code>
    /// blend.Budget = TimeBudget.Open();
    /// stopButton.Clicked += (_, _) => blend.Budget.End();
    /// blend.Fit(task);
    /// </code></example>
    public static TimeBudget Open() => new(s_any) { IsOpen = true };

    /// <summary>How long the run may take in all.</summary>
    public TimeSpan Whole { get; }

    /// <summary>Whether a fit to all rows follows the first, so that time is kept for it.</summary>
    public bool Refits { get; init; } = true;

    /// <summary>Since this was made, pauses left out.</summary>
    public TimeSpan Elapsed => Clock.GetElapsedTime(_start);

    /// <summary>What is left; below 0 where the run takes longer than it may.</summary>
    public TimeSpan Left => Whole - Elapsed;

    internal BudgetClock Clock { get; }

    /// <summary>
    /// Holds the time until what is returned is disposed of: for whoever is told of a run and lets it wait, or takes long to draw what is
    /// told. Several may hold it; it goes on when none does.
    /// </summary>
    /// <example><code>
    /// public void Report(ForecastEvent value)
    /// {
    ///     using (budget.Pause())
    ///         page.Show(value);
    /// }
    /// </code></example>
    public IDisposable Pause() => Clock.Pause();

    /// <summary>
    /// Ends the time now, from any thread: what is at work ends at its next step, networks with the best weights that they have by then,
    /// and what has not begun is left out; <see cref="BlendForecaster.GivenUp"/> says what. The forecaster is fitted and can be judged.
    /// </summary>
    public void End()
    {
        lock (_end)
        {
            if (IsEnded)
                return;
            IsEnded = true;
            Clock.Jump(2 * Whole);
        }

        _end.Cancel();
    }

    /// <summary>Whether somebody has ended it by hand.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether it is of any time.</summary>
    internal bool IsOpen { get; private init; }

    /// <summary>Is cancelled where somebody ends it by hand.</summary>
    internal CancellationToken Ended => _end.Token;

    /// <summary>Reads a time: <c>60s</c>, <c>10m</c>, <c>1h30m</c>, or <c>90</c> seconds.</summary>
    /// <exception cref="UnrollException">The text is no such time, or not above 0 and below 1,000 hours.</exception>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Units = "hms";
        int[] seconds = [3600, 60, 1];
        double sum = 0;
        int next = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            int unit = digits < 0 ? Units.Length - 1 : Units.IndexOf(char.ToLowerInvariant(rest[digits]), StringComparison.Ordinal);
            // A number without a unit stands alone, and larger units come first.
            if (digits is 0 or > 9 || unit < next || (digits < 0 && (rest.Length > 9 || next > 0)))
                throw Refused(text);
            sum += (double)seconds[unit] * int.Parse(digits < 0 ? rest : rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = digits < 0 ? [] : rest[(digits + 1)..];
            next = unit + 1;
        }

        return sum is > 0 and < 3_600_000 ? TimeSpan.FromSeconds(sum) : throw Refused(text);
    }

    /// <summary>A time as people say it: <c>45 s</c>, <c>1 min 30 s</c>, <c>2 h 5 min</c>.</summary>
    public static string InWords(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        if (seconds < 9.95)
            return FormattableString.Invariant($"{seconds:0.#} s");
        long whole = (long)Math.Round(seconds);
        string Rest(long count, string unit) => count == 0 ? "" : FormattableString.Invariant($" {count} {unit}");
        return whole < 60
            ? FormattableString.Invariant($"{whole} s")
            : whole < 3600
                ? FormattableString.Invariant($"{whole / 60} min{Rest(whole % 60, "s")}")
                : FormattableString.Invariant($"{whole / 3600} h{Rest(whole % 3600 / 60, "min")}");
    }

    private static UnrollException Refused(string text) =>
        new($"\"{text}\" is no time. Write 60s, 10m, 1h30m or a number of seconds, above 0 and below 1,000 hours.");
}
