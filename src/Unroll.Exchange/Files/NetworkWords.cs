using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Exchange;

/// <summary>
/// What a caller must know of a network that is taken out of a forecaster: what goes in, in which order, and the
/// scaling, which stays behind.
/// </summary>
internal static class NetworkWords
{
    /// <summary>
    /// In sentences; null of a forecaster that is more than a network. A network of an ensemble is: it corrects least squares, and its
    /// inputs and outputs are numbers that only the forecaster makes and reads.
    /// </summary>
    public static IReadOnlyList<string>? Of(PartsForecaster forecaster) => forecaster switch
    {
        NetworkForecaster { Networks: [var network] } single => Of(single, (NetworkModel)single.Models.Values.First(), network),
        PretrainedForecaster { Networks: [var network] } pretrained => Of(pretrained, network),
        _ => null,
    };

    private static string[] Of(NetworkForecaster forecaster, NetworkModel model, Model network)
    {
        string target = model.Part.Target;
        return
        [
            Beginning(network) + string.Create(CultureInfo.InvariantCulture,
                $"{forecaster.Window:N0} rows of {target}, oldest first; it gives {target} in the next row."),
            $"{In([Scale(target, model.Scaler)])} {Back(target)}",
        ];
    }

    private static string[] Of(PretrainedForecaster forecaster, Model network)
    {
        var model = (PretrainedModel)forecaster.Models.Values.First();
        string target = model.Part.Target, gives = forecaster.Options.Gives.Name;
        string back = gives == TargetTransform.None.Name ? Back(target)
            : gives == TargetTransform.Difference.Name
                ? $"Its output y is a difference to the newest value, y · scale in the units of {target}."
            : "Its output is a change without a unit, and is not scaled.";
        string scaling = forecaster.Parts.Count > 1
            ? "Scale what goes in, (x − offset) / scale, by numbers of each series, which are not in the file that was written."
            : In([.. model.Names.Zip(model.Scalers).Select(each => Scale(each.First, each.Second)),
                .. model.Scalers.Length > model.Names.Count ? [Scale(target, model.TargetScaler)] : Array.Empty<string>()]);
        return
        [
            Beginning(network) + $"rows, oldest first, of {string.Join(", ", model.Names)}, in this order.",
            forecaster.Notes[0],
            $"{scaling} {back}",
        ];
    }

    private static string Beginning(Model network) => $"It is the network alone. It reads {network.InputShape}: ";

    private static string In(string[] scales) =>
        $"Scale what goes in, (x − offset) / scale, which is not in it: {string.Join("; ", scales)}.";

    private static string Back(string target) => $"What comes out becomes {target} by y · scale + offset.";

    private static string Scale(string column, Scaler scaler) =>
        string.Create(CultureInfo.InvariantCulture, $"{column} by offset {scaler.State.Offset:R} and scale {scaler.State.Scale:R}");
}
