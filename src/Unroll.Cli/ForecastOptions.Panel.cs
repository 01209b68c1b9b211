using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> reads for a file of several series: the same options, on top of the recipe of an ensemble.</summary>
internal sealed partial class ForecastOptions
{
    private readonly Option<string?> _series = new("--series")
    {
        Description = "For a file of several series, one row for each date and series: the column that names the series; one ensemble of networks is trained on all of them",
        HelpName = "COLUMN",
    };

    public void AddPanelTo(Command command) => command.Add(_series);

    /// <summary>The request for a file of several series; null for one series.</summary>
    /// <exception cref="UnrollException">An option does not do for several series.</exception>
    public PanelRequest? ReadPanel(ParseResult result)
    {
        var data = DataSource.From(result.GetValue(_file), result.GetValue(_sample), Sample.Single);
        if ((result.GetValue(_series) ?? data.Sample?.SeriesColumn) is not { } column)
            return null;
        ForecastRequest request = Read(result);
        if (IsGiven(result, _scaler))
            throw new UnrollException("--scaler is for one series: with --series every series is measured in its own changes from row to row. Leave it out.");
        if (ModelIsGiven(result) && request.Recipes.Count > 1)
            throw new UnrollException($"--model names {request.Recipes.Count} networks, but with --series one is trained on all series. Name one, for example --model lstm.");
        return new PanelRequest(request, column, Recipe(result, request.Recipes[0]));
    }

    /// <summary>The recipe of an ensemble, but for what the user asked for.</summary>
    private EnsembleRecipe Recipe(ParseResult result, NetworkRecipe asked)
    {
        var recipe = new EnsembleRecipe();
        NetworkRecipe network = recipe.Network;
        TrainingOptions training = network.Training;
        return recipe with
        {
            Network = network with
            {
                Cell = ModelIsGiven(result) ? asked.Cell : network.Cell,
                Layers = IsGiven(result, _layers) ? asked.Layers : network.Layers,
                Units = IsGiven(result, _units) ? asked.Units : network.Units,
                Bidirectional = asked.Bidirectional,
                Dropout = asked.Dropout,
                Threads = asked.Threads,
                Training = training with
                {
                    Epochs = IsGiven(result, _epochs) ? asked.Training.Epochs : training.Epochs,
                    BatchSize = IsGiven(result, _batch) ? asked.Training.BatchSize : training.BatchSize,
                    Optimizer = IsGiven(result, _optimizer) ? asked.Training.Optimizer
                        : IsGiven(result, _learningRate) ? new Adam { LearningRate = asked.Training.Optimizer.LearningRate }
                        : training.Optimizer,
                    Clipping = asked.Training.Clipping ?? training.Clipping,
                    Seed = asked.Training.Seed,
                },
            },
        };
    }

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };
}

/// <summary>What <c>unroll forecast</c> was asked for, for a file of several series.</summary>
/// <param name="Forecast">Data, target, ranges and folder, as for one series.</param>
/// <param name="SeriesColumn">The column that names the series.</param>
/// <param name="Recipe">Of the networks.</param>
internal sealed record PanelRequest(ForecastRequest Forecast, string SeriesColumn, EnsembleRecipe Recipe);
