using Grpc.Core;
using Grpc.Net.Client;
using Unroll.Server.Serving;
using Unroll.Server.Serving.Grpc;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class GrpcTests
{
    private static async Task WithClientAsync(Model model, Func<Predictor.PredictorClient, Task> use, params string[] keys)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(model, options => options with { GrpcPort = 0, Keys = keys });
        string address = WebServer.AddressesOf(served.App)[^1];
        using GrpcChannel channel = GrpcChannel.ForAddress(address);
        await use(new Predictor.PredictorClient(channel));
    }

    private static PredictRequest Request(float[] values, params int[] shape) =>
        new() { Model = "net", Inputs = { new Tensor { Values = { values }, Shape = { shape } } } };

    [Fact]
    public async Task Predict_and_Step_have_the_bits_of_the_model()
    {
        Model model = ServedFolder.Gru();
        await WithClientAsync(model, async client =>
        {
            float[] window = ServedFolder.Window(2, 3);
            PredictReply reply = await client.PredictAsync(Request(window, 3, ServedFolder.Steps, ServedFolder.Features));
            Assert.Equal(("net", "dense_1"), (reply.Model, reply.Outputs[0].Name));
            Assert.Equal([3, 3], reply.Outputs[0].Shape);
            Assert.Equal(model.Predict(window), reply.Outputs[0].Values);
            PredictReply one = await client.PredictAsync(Request(window[..12], ServedFolder.Steps, ServedFolder.Features));
            Assert.Equal(model.Predict(window[..12]), one.Outputs[0].Values);

            StreamingSession stream = model.Stream();
            for (int step = 1; step <= 3; step++)
            {
                StepReply stepped = await client.StepAsync(
                    new StepRequest { Model = "net", Sequence = "a", Observation = { step, 0.5f }, Step = step });
                Assert.Equal(stream.Step(step, 0.5f).ToArray(), stepped.Outputs[0].Values);
                Assert.Equal(step, stepped.Steps);
            }
        });
    }

    [Fact]
    public async Task What_is_wrong_has_its_status()
    {
        await WithClientAsync(ServedFolder.Gru(), async client =>
        {
            await Refused(StatusCode.NotFound, async () => await client.PredictAsync(new PredictRequest { Model = "other" }));
            await Refused(StatusCode.InvalidArgument, async () => await client.PredictAsync(new PredictRequest { Model = "net" }));
            await Refused(StatusCode.InvalidArgument, async () => await client.PredictAsync(Request([1, 2], 2)));
            await Refused(StatusCode.InvalidArgument, async () => await client.PredictAsync(Request([1, 2], 3)));
            await Refused(StatusCode.InvalidArgument, async () => await client.PredictAsync(Request([1, 2], -1, -2)));
            await Refused(StatusCode.InvalidArgument, async () => await client.PredictAsync(Request([float.NaN, 2], 2)));
            await Refused(StatusCode.InvalidArgument, async () =>
                await client.StepAsync(new StepRequest { Model = "net", Sequence = "a", Observation = { 1f } }));
            await Refused(StatusCode.InvalidArgument, async () =>
                await client.StepAsync(new StepRequest { Model = "net", Sequence = "a/b", Observation = { 1f, 2f } }));
            await Refused(StatusCode.InvalidArgument, async () =>
                await client.StepAsync(new StepRequest { Model = "net", Sequence = "a", Observation = { float.PositiveInfinity, 2f } }));
            await Refused(StatusCode.FailedPrecondition, async () =>
                await client.StepAsync(new StepRequest { Model = "net", Sequence = "a", Observation = { 1f, 2f }, Step = 5 }));
        });

        static async Task Refused(StatusCode status, Func<Task> ask) =>
            Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(ask)).StatusCode);
    }

    [Fact]
    public async Task A_key_is_needed_here_too()
    {
        const string Key = "a-key-of-twenty-signs";
        await WithClientAsync(
            ServedFolder.Gru(),
            async client =>
            {
                PredictRequest request = Request(ServedFolder.Window(1), ServedFolder.Steps, ServedFolder.Features);
                Assert.Equal(StatusCode.Unauthenticated,
                    (await Assert.ThrowsAsync<RpcException>(async () => await client.PredictAsync(request))).StatusCode);
                Assert.Single((await client.PredictAsync(request, new Metadata { { "authorization", $"Bearer {Key}" } })).Outputs);
            },
            Key);
    }
}
