using Xunit;

namespace Unroll.App.Tests.Arguments;

/// <summary>
/// The rule of <see cref="UnrollException"/> over the whole public surface: what is null, too small or too large is refused by an exception
/// that says so, and never by what happens to break behind it.
/// </summary>
public sealed class ArgumentTests
{
    private const string Refused = "not made: ";

    /// <summary>Types of which the tests have no value, and why: their members are called by the library alone, or for it.</summary>
    private static readonly Dictionary<string, string> s_notMade = new()
    {
        ["CellStep`1"] = "a step of a recurrent layer at work",
        ["FinishedWork"] = "a folder of files",
        ["GateStep`1"] = "a step of a gated cell at work",
        ["Hyperparameter"] = "has no constructor",
        ["InputRows"] = "rows that an input is asked to write",
        ["JsonTypeInfo`1"] = "made by the compiler",
        ["LayerBuilder`1"] = "a model that is being built",
        ["LayerOp`1"] = "needs a model that is being built",
        ["LayerSpans`1"] = "a layer at work",
        ["LossRow`1"] = "a row of a loss at work",
        ["MetricRow"] = "a row of a metric at work",
        ["NetworkForecast"] = "an epoch of a training",
        ["OnnxCell"] = "a graph that is being written",
        ["OnnxLayer"] = "a graph that is being written",
        ["OnnxNodes"] = "a graph that is being written",
        ["OptimizerStep`1"] = "a step of an optimiser at work",
        ["PastRows"] = "rows that a forecaster is asked to continue",
        ["ReadOnlyTensorSpan`1"] = "cannot be put into an expression",
        ["Rows`1"] = "rows within a buffer of a layer at work",
        ["ShardPass`1"] = "a layer at work",
        ["StepRow`1"] = "a row of a cell at work",
        ["TuningJournal"] = "a file",
        ["TuningResult"] = "a search that has ended",
        ["Weights`1"] = "needs a model that is being built",
    };

    /// <summary>What takes null, and why.</summary>
    private static readonly Dictionary<string, string> s_taken = new()
    {
        ["Series.op_Implicit(Series), series null"] = "an empty span, as of an array that is null",
        ["TrainingCallback.OnStarted(TrainingContext), training null"] = "does nothing unless it is overridden",
        ["TrainingCallback.OnStepEnded(TrainingContext), training null"] = "does nothing unless it is overridden",
        ["TrainingCallback.OnEpochEnded(TrainingContext), training null"] = "does nothing unless it is overridden",
        ["TrainingCallback.OnEnded(TrainingContext), training null"] = "does nothing unless it is overridden",
        ["TrainingCallback.RestoreState(String), state null"] = "refuses every state unless it is overridden",
    };

    [Fact]
    public void Null_is_refused_by_the_name_of_the_argument()
    {
        (string[] made, int tried) = Failures(PublicCall.All().SelectMany(call => call.WithNulls()));
        Assert.Equal(s_taken.Keys.Order(), made.Select(failure => failure.Split(": ")[0]).Order());
        Assert.InRange(tried, 400, 2000);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused_by_a_sentence()
    {
        (string[] made, int tried) = Failures(PublicCall.All().SelectMany(call => call.WithNumbers()));
        Assert.Empty(made);
        Assert.InRange(tried, 1000, 5000);
    }

    [Fact]
    public void Wrong_options_are_refused_by_what_takes_them()
    {
        (string[] made, int tried) = Failures(OptionCall.All());
        Assert.Empty(made);
        Assert.InRange(tried, 400, 2000);
    }

    [Fact]
    public void Every_reason_why_something_is_not_tried_holds()
    {
        IEnumerable<string> missing = PublicCall.All().SelectMany(call => call.WithNulls().Concat(call.WithNumbers()))
            .Select(each => each.Run() ?? "").Where(each => each.StartsWith(Refused, StringComparison.Ordinal)).Distinct();
        Assert.Equal(s_notMade.Keys.Order().Select(type => Refused + type), missing.Order());
    }

    /// <summary>What is not as it should be, and how much was tried.</summary>
    private static (string[] Failures, int Tried) Failures(IEnumerable<(string Name, Func<string?> Run)> calls)
    {
        var failures = new List<string>();
        int tried = 0;
        foreach ((string name, Func<string?> run) in calls)
        {
            string? failure = run();
            if (failure?.StartsWith(Refused, StringComparison.Ordinal) == true)
                continue;
            tried++;
            if (failure is not null)
                failures.Add($"{name}: {failure}");
        }

        return ([.. failures], tried);
    }
}
