using System.Globalization;
using Microsoft.AspNetCore.Http;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>
/// The networks of a run as they are after their newest epochs, with the windows that they were looked at on: as long as the run trains,
/// and after it until the next begins.
/// </summary>
internal sealed class LiveNetworks
{
    private const int MostUnits = 64;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Seen> _all = [];
    private int _newest = -1;

    private sealed record Seen(NetworkView Network, Model Model, NetworkForecast Rows);

    /// <summary>Takes in a network after an epoch.</summary>
    /// <param name="network">Which it is.</param>
    /// <param name="model">The network, which trains on.</param>
    /// <param name="rows">What it was looked at on; null where that was not done after this epoch.</param>
    public void Set(NetworkView network, Model model, NetworkForecast? rows)
    {
        lock (_lock)
        {
            if ((rows ?? _all.GetValueOrDefault(network.Index)?.Rows) is not { } windows)
                return;
            _all[network.Index] = new Seen(network, model, windows);
            _newest = network.Index;
        }
    }

    /// <summary>Forgets all networks.</summary>
    public void Clear()
    {
        lock (_lock)
            _all.Clear();
    }

    /// <summary>The indices of the networks whose gates can be seen.</summary>
    public int[] Indices
    {
        get
        {
            lock (_lock)
                return [.. _all.Keys];
        }
    }

    /// <summary>The gates and states of a recurrent layer at every step of the window that ends at a row.</summary>
    /// <param name="network">Which network; null for the newest.</param>
    /// <param name="row">The row of the table, from 0; null for the newest that there is.</param>
    /// <param name="layer">The name of the layer; null for the first.</param>
    /// <param name="rows">All rows of the data.</param>
    /// <exception cref="RequestException">The network is not in memory, or there is no such row or layer.</exception>
    public GatesView Gates(int? network, int? row, string? layer, SeriesSet rows)
    {
        Seen? seen;
        lock (_lock)
            seen = _all.GetValueOrDefault(network ?? _newest);
        if (seen is null)
        {
            throw new RequestException(StatusCodes.Status404NotFound,
                "The gates of this network cannot be seen: they are there from its first epoch on until another run begins. "
                + "Start the run again to see them.");
        }

        PartForecast forecast = seen.Rows.Network;
        TimeSeries table = rows[rows.IsTable ? rows.Keys[0] : seen.Rows.Part.Series];
        int first = RowOf(table, forecast.OriginDate(0)), last = RowOf(table, forecast.OriginDate(forecast.Origins - 1));
        int asked = row ?? last;
        if (asked < first || asked > last)
        {
            throw new RequestException(StatusCodes.Status404NotFound, string.Create(CultureInfo.InvariantCulture,
                $"Windows can be seen that end at rows {first} to {last}, the validation rows; {asked} is none of them."));
        }

        int origin = OriginBefore(forecast, table.Dates[asked]);
        float[] input = seen.Rows.Input(origin);
        ModelTrace trace = seen.Model.Trace(input);
        RecurrentTrace found = trace.Recurrent.FirstOrDefault(each => layer is null || each.Layer == layer)
            ?? throw new RequestException(StatusCodes.Status404NotFound,
                $"The network has no such recurrent layer. It has {string.Join(", ", trace.Recurrent.Select(each => each.Layer))}.");
        int steps = found.States[0].Steps, width = input.Length / steps;
        string Date(int step)
        {
            int at = RowOf(table, forecast.OriginDate(origin)) - (steps - seen.Rows.InputRowsAhead) + 1 + step;
            return at >= 0 && at < table.Rows ? table.Format(table.Dates[at]) : "";
        }

        return new GatesView(
            found.Layer,
            [.. trace.Recurrent.Select(each => each.Layer)],
            found.Kind,
            seen.Network,
            asked,
            first,
            last,
            [.. Enumerable.Range(0, steps).Select(Date)],
            [.. Enumerable.Range(0, width).Select(f => new InputView(
                f < seen.Rows.InputNames.Count ? seen.Rows.InputNames[f] : FormattableString.Invariant($"input {f + 1}"),
                [.. Enumerable.Range(0, steps).Select(t => (double)input[(t * width) + f])]))],
            [.. found.Gates.Select(GateView.Of)],
            [.. found.States.Select(GateView.Of)],
            found.States[0].Units > MostUnits ? $"The first {MostUnits} of {found.States[0].Units} units are shown." : "");
    }

    /// <summary>The newest origin that is not after a date.</summary>
    private static int OriginBefore(PartForecast forecast, DateTime date)
    {
        int origin = forecast.Origins - 1;
        while (origin > 0 && forecast.OriginDate(origin) > date)
            origin--;
        return origin;
    }

    private static int RowOf(TimeSeries table, DateTime date) => EpochWatch.RowBefore(table.Dates, date);

    /// <summary>What happened in a recurrent layer on its way through one window; names are a contract with the page.</summary>
    /// <param name="Row">The row that the window ends at, from 0.</param>
    /// <param name="FirstRow">The first row that can be asked for.</param>
    /// <param name="LastRow">The last one.</param>
    /// <param name="Dates">Of the steps; those of rows to come among them where something is known of them.</param>
    /// <param name="Inputs">What the network reads, scaled.</param>
    internal sealed record GatesView(
        string Layer, string[] Layers, string Kind, NetworkView Network, int Row, int FirstRow, int LastRow, string[] Dates,
        InputView[] Inputs, GateView[] Gates, GateView[] States, string Note);

    internal sealed record InputView(string Name, double[] Values);

    /// <param name="Units">H.</param>
    /// <param name="Mean">Over all units, for each step.</param>
    /// <param name="Values">For each step the units, at most 64.</param>
    internal sealed record GateView(string Name, int Units, double[] Mean, double[][] Values)
    {
        public static GateView Of(StepValues values) => new(
            values.Name,
            values.Units,
            [.. Enumerable.Range(0, values.Steps).Select(t => Enumerable.Range(0, values.Units).Average(unit => (double)values[t, unit]))],
            [.. Enumerable.Range(0, values.Steps).Select(t =>
                Enumerable.Range(0, Math.Min(MostUnits, values.Units)).Select(unit => Math.Round((double)values[t, unit], 4)).ToArray())]);
    }
}
