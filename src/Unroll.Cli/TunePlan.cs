using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>All that a search needs before it begins. Everything that can be wrong with data and options is found here.</summary>
internal sealed class TunePlan
{
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public TunePlan(TuneRequest request)
    {
        Request = request;
        Series = request.Data.Read();
        string target = TargetColumn.Choose(Series, request);
        Choice = SplitChoice.Choose(Series, request.Data.Sample, request.Train, request.Test);
        Column = TargetColumn.Complete(Series, [target], request.Missing, Choice.Train.From, Choice.Test.From);
        // So that the forecast at the end has rows to be judged on; the search is given the training range alone.
        Split = new ForecastSplit(Column, target, Choice.Train, Choice.Test, 1);
        Objective = new ValidationObjective(Column, target, Choice.Train, ForecastOptions.TutorialRecipe(request.Seed));
        Tuner = new Tuner(Objective, request.Search);
    }

    public TuneRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public SplitChoice Choice { get; }

    /// <summary>The target alone, missing values treated.</summary>
    public TimeSeries Column { get; }

    /// <summary>The training and the test rows.</summary>
    public ForecastSplit Split { get; }

    public ValidationObjective Objective { get; }

    public Tuner Tuner { get; }

    /// <summary>The command line that trains with these settings on all training rows and judges on the test rows.</summary>
    public string ForecastCommandLine(TrialRun run)
    {
        List<string> words = ["unroll", "forecast", .. Request.Data.Sample is { } sample ? ["--sample", sample.Name] : new[] { Request.Data.Path }, "--recipe", "tutorial"];
        words.AddRange(["--target", Objective.Target, "--train", $"{Choice.Train}", "--test", $"{Choice.Test}"]);
        if (Request.Missing != MissingPolicy.Error)
            words.AddRange(["--missing", TargetColumn.Word(Request.Missing)]);
        foreach (Hyperparameter setting in Hyperparameter.All)
            words.AddRange([setting.Option, setting.Text(run.Settings)]);
        words.AddRange(["--epochs", run.Epochs.ToString(CultureInfo.InvariantCulture), "--seed", Request.Seed.ToString(CultureInfo.InvariantCulture)]);
        return string.Join(' ', words.Select(Terminal.Quoted));
    }
}
