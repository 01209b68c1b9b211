using System.Collections.Concurrent;
using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting;

/// <summary>Judges trials by a formula, and notes which it was asked for.</summary>
internal sealed class FakeObjective(Func<TrialRun, double> rmse) : ITrialObjective
{
    private readonly ConcurrentQueue<TrialRun> _asked = new();

    public string Measure => "RMSE";

    public double NaiveError => 10;

    public IReadOnlyList<KeyValuePair<string, string>> Setup { get; init; } = [new("data", "made up")];

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<TrialRun> Asked => [.. _asked];

    public SearchSpace Restrict(SearchSpace space) => space;

    public TrialOutcome Evaluate(TrialRun run, Action<int> epochEnded, CancellationToken cancellationToken)
    {
        for (int epoch = 1; epoch <= run.Epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            epochEnded(epoch);
        }

        double result = rmse(run);
        _asked.Enqueue(run);
        return new TrialOutcome(result, run.Settings.Units);
    }
}
