using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// All that a backtest needs before the first fit. Everything that can be wrong with data and options is found here, before anything is
/// printed or written.
/// </summary>
internal sealed class BacktestInput
{
    /// <exception cref="UnrollException">The data or the options do not do.</exception>
    public BacktestInput(BacktestRequest request)
    {
        Request = request;
        Series = request.Forecast.Data.Read();
        Target = TargetColumn.Choose(Series, request.Forecast);
        var choice = SplitChoice.Choose(Series, request.Forecast.Data.Sample, null, request.Forecast.Test);
        (TimeSeries complete, ForecastInputs inputs, IReadOnlyList<string> notes) = InputColumns.Complete(Series, [Target], request.Forecast.Missing, request.Forecast.Recipe.InputsOf(Series, Target), request.Forecast.Recipe.Features ?? [], choice.Train.From, choice.Test.From);
        Column = InputColumns.Told(complete, Target).Slice(new DateRange(choice.Train.From, null));
        Options = new BacktestOptions
        {
            Horizon = request.Forecast.Horizon,
            Test = choice.Test,
            RefitEvery = request.Refit,
            TrainRows = request.Sliding,
            Window = request.Forecast.WindowFor(Column.Slice(new DateRange(null, choice.Train.Until)).Rows),
            Inputs = inputs,
        };
        Fits = Backtest.Fits(Column, Target, Options);
        if (request.Forecast.Test is null)
            Notes.Add($"No --test given: --test {choice.Test}{(request.Forecast.Data.Sample is null ? ", the newest fifth of the rows" : ", the last full year of the sample")}, learning from rows since {Series.Day(Column.FirstDate)}.");
        Notes.AddRange(complete.Notices.Except(Series.Notices).Select(notice => "Note: " + notice));
        Notes.AddRange(notes);
        Notes.AddRange(request.Forecast.Recipe.LeftOut(Series, Target));
        foreach (NetworkRecipe recipe in Recipes)
            _ = recipe.CreateModel();
    }

    public BacktestRequest Request { get; }

    /// <summary>The table as it was read.</summary>
    public TimeSeries Series { get; }

    public string Target { get; }

    /// <summary>The target alone from the first row that may be learnt from on, missing values treated.</summary>
    public TimeSeries Column { get; }

    public BacktestOptions Options { get; }

    /// <summary>The fits of each model, that of the first intervals before the others.</summary>
    public IReadOnlyList<BacktestFold> Fits { get; }

    /// <summary>What was chosen and done where the user chose nothing, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The networks to be judged.</summary>
    public IReadOnlyList<NetworkRecipe> Recipes => Request.Forecast.Recipes;

    /// <summary>The networks as a backtest takes them: here alone recipes become forecasters.</summary>
    /// <param name="onEvent">Who is told of the training of the network of that name.</param>
    public IReadOnlyList<(string Name, Func<IForecaster> Create)> Networks(Func<string, Action<TrainingEvent>> onEvent) =>
        [.. Recipes.Select(recipe => (recipe.Name, (Func<IForecaster>)(() =>
        {
            INetworkForecaster network = Request.Forecast.Create(recipe);
            network.OnEvent = onEvent(recipe.Name);
            return network;
        })))];

    /// <summary>A model's name as files and options spell it.</summary>
    public string Key(BacktestScore score) =>
        Recipes.FirstOrDefault(recipe => recipe.Name == score.Name)?.Key ?? score.Name.ToLowerInvariant().Replace(' ', '-');
}
