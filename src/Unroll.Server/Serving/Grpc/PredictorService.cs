using Grpc.Core;
using Google.Protobuf.Collections;

namespace Unroll.Server.Serving.Grpc;

/// <summary>gRPC of predictions and steps.</summary>
internal sealed class PredictorService(ModelFolder folder, Sequences sequences, ServeMetrics metrics) : Predictor.PredictorBase
{
    public override Task<PredictReply> Predict(PredictRequest request, ServerCallContext context) => Answer(async () =>
    {
        FolderFile file = folder[request.Model];
        long begin = metrics.Begin();
        NetworkContent network = NetworkOf(file);
        using PendingRows rows = PendingRows.Rent();
        Fill(rows, request.Inputs, network);
        rows.Require(network);
        await network.Batcher.RunAsync(rows).ConfigureAwait(false);
        rows.RequireFinite(network);
        var reply = new PredictReply { Model = file.Name, Version = network.Version };
        for (int i = 0; i < network.Outputs.Count; i++)
            reply.Outputs.Add(TensorOf(network.Outputs[i].Name, [rows.Rows, .. network.OutputShapes[i].ToArray()], rows.Output(network,
                i)));
        metrics.CountAnswer(file.Name, "grpc predict", begin);
        return reply;
    });

    public override Task<StepReply> Step(StepRequest request, ServerCallContext context) => Answer(() =>
    {
        FolderFile file = folder[request.Model];
        long begin = metrics.Begin();
        NetworkContent network = NetworkOf(file);
        float[] observation = [.. request.Observation];
        if (Array.Exists(observation, value => !float.IsFinite(value)))
            throw new RequestException(400, "A value of the observation is no finite number.");
        if (request.Step < 0)
            throw new RequestException(400, "A step is a number from 1, or 0 for the next.");
        string id = SequenceEndpoints.RequireId(request.Sequence);
        StepReply reply = sequences.Step(file.Name, network, id, observation, request.Step == 0 ? null : request.Step, (stream, output) =>
        {
            var made = new StepReply { Model = file.Name, Version = network.Version, Sequence = id, Steps = stream.Steps };
            int at = 0;
            for (int i = 0; i < network.Outputs.Count; i++)
            {
                int size = stream.Graph.Built.Outputs[i].Size;
                made.Outputs.Add(TensorOf(network.Outputs[i].Name, [size], output.AsSpan(at, size)));
                at += size;
            }

            return made;
        });
        if (reply.Outputs.Any(output => output.Values.Any(value => !float.IsFinite(value))))
            throw new RequestException(422, "The network's prediction is no finite number. The step has been taken.");
        metrics.CountAnswer(file.Name, "grpc step", begin);
        return Task.FromResult(reply);
    });

    private static NetworkContent NetworkOf(FolderFile file) => file.Content as NetworkContent
        ?? throw new RequestException(409, $"{file.Name} is a {file.Content.Kind}. gRPC asks networks alone; use HTTP.");

    private static void Fill(PendingRows rows, RepeatedField<Tensor> tensors, NetworkContent network)
    {
        for (int i = 0; i < network.Inputs.Count; i++)
            rows.Input(i).Clear();
        foreach (Tensor tensor in tensors)
        {
            int number = tensor.Name.Length == 0 && network.Inputs.Count == 1
                ? 0
                : network.Inputs.Index().FirstOrDefault(each => each.Item.Name == tensor.Name, (-1, null!)).Index;
            if (number < 0 || rows.Input(number).Rank > 0)
                throw new RequestException(
                    400, $"An input is not there, or is given twice. There are "
                        + $"{string.Join(", ", network.Inputs.Select(input => input.Name))}.");
            TensorValues values = rows.Input(number);
            long size = tensor.Shape.Aggregate(1L, (all, extent) => extent < 1 ? -1 : Math.Min(all * extent, int.MaxValue));
            if (size != tensor.Values.Count || tensor.Shape.Count is 0 or > TensorValues.MostAxes || size < 1)
                throw new RequestException(
                    400, $"The shape of an input is ("
                        + $"{string.Join(", ", tensor.Shape.Take(TensorValues.MostAxes))}), but {tensor.Values.Count} values were given.");
            foreach (float value in tensor.Values)
                values.Add(value);
            values.SetExtents([.. tensor.Shape]);
        }
    }

    private static Tensor TensorOf(string name, int[] shape, ReadOnlySpan<float> values)
    {
        var tensor = new Tensor { Name = name };
        tensor.Shape.AddRange(shape);
        tensor.Values.Capacity = values.Length;
        foreach (float value in values)
            tensor.Values.Add(value);
        return tensor;
    }

    /// <summary>The answer, or the status of gRPC for what was thrown.</summary>
    private static async Task<T> Answer<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not RpcException && Problems.Of(failure) is { Status: < 500 or 503 } problem)
        {
            throw new RpcException(new Status(CodeOf(problem.Status), problem.Detail));
        }
    }

    private static StatusCode CodeOf(int status) => status switch
    {
        404 => StatusCode.NotFound,
        409 or 422 => StatusCode.FailedPrecondition,
        413 or 429 => StatusCode.ResourceExhausted,
        503 => StatusCode.Unavailable,
        _ => StatusCode.InvalidArgument,
    };
}
