using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// All that a forecast needs before training begins. Everything that can be wrong with data and options is found here, before
/// anything is printed or written.
/// </summary>
internal sealed class ForecastPlan
{
    private readonly Lazy<Comparison> _comparison;

    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public ForecastPlan(ForecastRequest request)
    {
        Request = request;
        Series = request.Data.Read();
        string target = TargetColumn.Choose(Series, request);
        Choice = SplitChoice.Choose(Series, request.Data.Sample, request.Train, request.Test);
        (Column, ForecastInputs inputs, InputNotes) = InputColumns.Complete(Series, [target], request.Missing, request.Recipe.InputsOf(Series, target), request.Recipe.Features ?? [], Choice.Train.From, Choice.Test.From);
        InputNotes = [.. InputNotes, .. request.Recipe.LeftOut(Series, target)];
        TimeSeries known = InputColumns.Told(Column, target);
        Split = new ForecastSplit(known, target, Choice.Train, Choice.Test, request.WindowFor(known.Slice(Choice.Train).Rows), inputs);
        Networks = [.. request.Recipes.Select(request.Create)];
        foreach (INetworkForecaster network in Networks)
            network.Build(Split);
        Comparison.RequireChange(Split);
        Split.RequireTestRows(request.Horizon);
        _comparison = new Lazy<Comparison>(() => new Comparison(Split, request.Horizon, request.CreateLinear()));
    }

    /// <summary>One of several targets that were planned together; its networks come with <see cref="Judge"/>.</summary>
    public ForecastPlan(ForecastTargetsPlan whole, ForecastSplit split)
    {
        (Request, Series, Choice, Column, Split, InputNotes, Networks) = (whole.Request, whole.Series, whole.Choice, whole.Table, split, whole.InputNotes, []);
        Comparison.RequireChange(Split);
        Split.RequireTestRows(Request.Horizon);
        _comparison = new Lazy<Comparison>(() => new Comparison(Split, Request.Horizon, Request.CreateLinear()));
    }

    public ForecastRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public SplitChoice Choice { get; }

    /// <summary>Target and inputs, missing values treated; rows at the end may have no target yet.</summary>
    public TimeSeries Column { get; }

    public ForecastSplit Split { get; }

    /// <summary>The baselines, fitted when they are first asked for, and beside them the networks that were added.</summary>
    public Comparison Comparison => _comparison.Value;

    /// <summary>Built, not yet trained.</summary>
    public IReadOnlyList<INetworkForecaster> Networks { get; private set; }

    /// <summary>Judges networks that were trained elsewhere.</summary>
    public void Judge(IReadOnlyList<INetworkForecaster> networks)
    {
        Networks = networks;
        foreach (INetworkForecaster network in networks)
            Comparison.Add(network);
    }

    /// <summary>What was done to columns on the way, a sentence each.</summary>
    public IReadOnlyList<string> InputNotes { get; }

    public int StepsPerEpoch
    {
        get
        {
            int batch = Request.Recipes[0].Training.BatchSize;
            return (Split.TrainWindowCount + batch - 1) / batch;
        }
    }
}
