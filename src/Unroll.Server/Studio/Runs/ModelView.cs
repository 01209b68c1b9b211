using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Server;

/// <summary>The networks of a run: shapes, weights and a drawing of each; names are a contract with the page.</summary>
internal sealed record ModelView(TrainedNetworkView[] Networks)
{
    /// <param name="forecaster">Fitted or loaded.</param>
    public static ModelView Of(PartsForecaster forecaster)
    {
        IEnumerable<PartsForecaster> members = forecaster is BlendForecaster blend ? blend.Members : [forecaster];
        return new ModelView([.. members.Where(member => member.Networks.Count > 0).Select(member => TrainedNetworkView.Of(
            member.Networks.Count == 1 ? member.Name
                : FormattableString.Invariant($"{member.Name}, the first of {member.Networks.Count}"), member.Networks[0]))]);
    }
}

/// <summary>A network; of several that are alike but for their seeds the first.</summary>
internal sealed record TrainedNetworkView(string Name, LayerView[] Layers, WeightsView[] Weights, string DrawingSvg)
{
    public static TrainedNetworkView Of(string name, Model model) => new(
        name,
        [.. model.Summary().Layers
            .Select(layer => new LayerView(layer.Name, layer.Kind, layer.Output.ToString(), layer.Parameters, [.. layer.Takes]))],
        [.. model.Parameters.Select(parameter => WeightsView.Of(parameter, model.GetWeights(parameter.Name)))],
        ModelDrawing.Draw(model, name).Svg);
}

/// <param name="Output">The shape for one sample.</param>
internal sealed record LayerView(string Name, string Kind, string Output, int Parameters, string[] Takes);

/// <summary>The weights of a parameter.</summary>
/// <param name="Matrix">Rows of at most 64 × 64 means of blocks; one row for a vector.</param>
internal sealed record WeightsView(
    string Name, string Shape, double Min, double Max, double Mean, double Rms, HistogramView Histogram, double[][] Matrix)
{
    private const int Bins = 40, Side = 64;

    public static WeightsView Of(Parameter parameter, float[] weights)
    {
        double low = weights.Min(), high = weights.Max(), mean = weights.Average(weight => (double)weight);
        var counts = new int[Bins];
        foreach (float weight in weights)
            counts[high > low ? Math.Min(Bins - 1, (int)((weight - low) / (high - low) * Bins)) : 0]++;
        return new WeightsView(
            parameter.Name, parameter.Shape.ToString(), low, high, mean, Math.Sqrt(weights.Average(weight => (double)weight * weight)),
            new HistogramView(low, high, counts), Blocks(weights, parameter.Shape));
    }

    private static double[][] Blocks(float[] weights, Shape shape)
    {
        // All axes but the last are rows.
        int columns = shape[shape.Rank - 1], rows = weights.Length / columns;
        int height = Math.Min(Side, rows), width = Math.Min(Side, columns);
        return [.. Enumerable.Range(0, height).Select(r => Enumerable.Range(0, width).Select(c =>
        {
            (int top, int bottom) = (Place(r, rows, height), Place(r + 1, rows, height));
            (int left, int right) = (Place(c, columns, width), Place(c + 1, columns, width));
            double sum = 0;
            for (int i = top; i < bottom; i++)
            {
                for (int j = left; j < right; j++)
                    sum += weights[(i * columns) + j];
            }

            return Math.Round(sum / ((bottom - top) * (right - left)), 5);
        }).ToArray())];
    }

    private static int Place(int block, int size, int blocks) => (int)((long)block * size / blocks);
}

/// <param name="From">The lower end of the first bin.</param>
/// <param name="To">The upper end of the last.</param>
/// <param name="Counts">How many weights are in each bin; all bins are as wide.</param>
internal sealed record HistogramView(double From, double To, int[] Counts);
