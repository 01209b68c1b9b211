using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> reads for a file of several series: the same options, those of the tutorial's recipe left out.</summary>
internal sealed partial class ForecastOptions
{
    private readonly Option<string?> _series = new("--series")
    {
        Description = "For a file of several series, one row for each date and series: the column that names the series; one ensemble of networks is trained on all of them",
        HelpName = "COLUMN",
    };

    private readonly Option<string[]> _static = new("--static")
    {
        Description = "With --series: columns that are the same on all rows of a series, numbers or text, with commas between; they tell the networks what series have in common [default: the columns of numbers that never change within a series]",
        HelpName = "COLUMNS",
    };

    public void AddPanelTo(Command command)
    {
        command.Add(_series);
        command.Add(_static);
    }

    /// <summary>The request for a file of several series; null for one series.</summary>
    /// <exception cref="UnrollException">An option does not do for several series.</exception>
    public PanelRequest? ReadPanel(ParseResult result)
    {
        if ((result.GetValue(_series) ?? _common.Read(result).Data.Sample?.SeriesColumn) is not { } column)
            return !IsGiven(result, _static) ? null : throw new UnrollException("--static is for a file of several series. Name the column that tells them apart with --series, or leave it out.");
        if (IsGiven(result, _scaler))
            throw new UnrollException("--scaler is for one series: with --series every series is measured in its own changes from row to row. Leave it out.");
        ForecastRequest request = Read(result);
        if (!request.Recipe.IsDefault)
            throw new UnrollException("--recipe tutorial is for one series: with --series one ensemble of the default recipe is trained on all series. Leave it out.");
        if (request.Recipe.Strategy == Strategy.Recursive)
            throw new UnrollException("--strategy recursive is for one series: with --series each row ahead has its own output. Leave it out.");
        if (request.Recipe.Head != ForecastHead.None)
            throw new UnrollException("--head is for one series: with --series the networks say values. Leave it out.");
        if (IsGiven(result, _model) && request.Recipes.Count > 1)
            throw new UnrollException($"--model names {request.Recipes.Count} networks, but with --series one is trained on all series. Name one, for example --model lstm.");
        string[]? statics = IsGiven(result, _static) ? [.. result.GetRequiredValue(_static).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))] : null;
        return new PanelRequest(request, column, statics, request.Ensemble(request.Recipes[0]));
    }

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };
}

/// <summary>What <c>unroll forecast</c> was asked for, for a file of several series.</summary>
/// <param name="Forecast">Data, target, ranges and folder, as for one series.</param>
/// <param name="SeriesColumn">The column that names the series.</param>
/// <param name="Statics">The static columns; null to find them.</param>
/// <param name="Recipe">Of the networks.</param>
internal sealed record PanelRequest(ForecastRequest Forecast, string SeriesColumn, IReadOnlyList<string>? Statics, EnsembleRecipe Recipe);
