-- Models in one line: an encoder, encoder and decoder, a translator with attention, a VAE, WGAN-GP, text one token at a time.
local T, nn, data = require "tensor", require "nn", require "data"
T.seed(7)

-- Encoder: what the mask hides changes nothing; without it both sides are seen.
local encoder = nn.encoder { vocabulary = 12, d = 16, heads = 2, layers = 2, context = 8 }:eval()
local ids, other = T.tensor({ { 1, 2, 3, 4 } }, "i32"), T.tensor({ { 1, 2, 3, 9 } }, "i32")
local mask = T.tensor { { 1, 1, 1, 0 } }
local hidden = select(2, encoder(ids, mask))
assert(hidden.shape[3] == 16)
assert(T.max_abs_diff(encoder(ids, mask):narrow(2, 1, 3), encoder(other, mask):narrow(2, 1, 3)) < 1e-6)
assert(T.max_abs_diff(encoder(ids):narrow(2, 1, 3), encoder(other):narrow(2, 1, 3)) > 1e-6)

-- Rotary positions: only how far apart two places are counts.
local rotary = nn.multi_head_attention { 16, heads = 2, rotary = true }
local a, b, p = T.randn(1, 1, 16), T.randn(1, 1, 16), T.randn(1, 1, 16)
local early = rotary(T.cat({ a, b, p }, 2), nil, T.tensor { { { { 1, 1, 0 } } } })
local late = rotary(T.cat({ p, a, b }, 2), nil, T.tensor { { { { 0, 1, 1 } } } })
local apart = rotary(T.cat({ a, p, b }, 2), nil, T.tensor { { { { 1, 0, 1 } } } })
assert(T.max_abs_diff(early:narrow(2, 1, 2), late:narrow(2, 2, 2)) < 1e-5)
assert(T.max_abs_diff(early:select(2, 1), apart:select(2, 1)) > 1e-4)

-- Reversing five symbols: 0 … 7 are symbols, 8 begins a target.
local function batch(n)
	local source, given, wanted = {}, {}, {}
	for i = 1, n do
		local s, g, w = {}, { 8 }, {}
		for k = 1, 5 do s[k] = math.random(0, 7) end
		for k = 1, 5 do w[k] = s[6 - k] if k < 5 then g[k + 1] = w[k] end end
		source[i], given[i], wanted[i] = s, g, w
	end
	return T.tensor(source, "i32"), T.tensor(given, "i32"), T.tensor(wanted, "i32")
end
local function learn(model, steps, rate)
	local optimizer = nn.adam(model, { learning_rate = rate })
	for _ = 1, steps do
		local source, given, wanted = batch(64)
		optimizer:zero_grad()
		local loss = nn.cross_entropy(model(source, given):reshape(-1, 9), wanted:reshape(-1))
		loss:backward()
		optimizer:step()
	end
	local source, given, wanted = batch(200)
	local right = model:eval()(source, given):argmax(-1):eq(wanted):to("f32"):mean():item()
	return right
end
local translator = nn.seq2seq { vocabulary = 9, embedding = 16, hidden = 48 }
local transformer = nn.transformer { vocabulary = 9, d = 32, heads = 4, layers = 1, context = 5 }
local first_share, second_share = learn(translator, 200, 5e-3), learn(transformer, 150, 5e-3)
print(("reversed places right: seq2seq %.3f, transformer %.3f"):format(first_share, second_share))
assert(first_share > 0.9 and second_share > 0.9)
local source, given = batch(1)
local _, attention = translator(source, given)
assert(attention.shape[2] == 5 and T.max_abs_diff(attention:sum(3), T.ones(1, 5)) < 1e-5)
local later = given:clone()
later:set(1, 5, (given:get(1, 5) + 1) % 8)
assert(T.max_abs_diff(transformer(source, given):narrow(2, 1, 4), transformer(source, later):narrow(2, 1, 4)) < 1e-6)

-- VAE on digits: the bound falls, and noise becomes pictures.
local images = data.digits {}.features:reshape(-1, 64):narrow(1, 1, 1024)
local vae = nn.vae { ["in"] = 64, hidden = 64, latent = 6 }
local optimizer, first, last = nn.adam(vae, { learning_rate = 3e-3 }), nil, nil
for step = 1, 120 do
	local x = images:index_select(1, T.randint(0, 1024, 128))
	optimizer:zero_grad()
	local loss = nn.vae_loss(vae(x), x, select(2, vae(x)), select(3, vae(x)))
	loss:backward()
	optimizer:step()
	first, last = first or loss:item(), loss:item()
end
local decoder = vae[4]
assert(decoder(T.randn(3, 6)).shape[2] == 64)
print(("VAE bound %.2f → %.2f"):format(first, last))
assert(last < 0.9 * first)

-- WGAN-GP: a linear critic of slope (3, 4) is punished with (5 - 1)².
local critic = nn.linear { 2, 1 }
critic.weight:set(1, 1, 3)
critic.weight:set(1, 2, 4)
local penalty = nn.gradient_penalty(critic, T.randn(8, 2), T.randn(8, 2))
assert(math.abs(penalty:item() - 16) < 1e-3)
penalty:backward()
assert(math.abs(critic.weight.grad:get(1, 1) - 2 * 4 * 3 / 5) < 1e-3)

-- Token by token with what was computed before kept: the same as computing everything anew.
for _, model in ipairs { nn.gpt { vocabulary = 20, d = 16, heads = 2, layers = 2, context = 24 }, nn.char_lm { vocabulary = 20, embedding = 8, hidden = 16 } } do
	local out = model:generate({ 3, 1, 4 }, 10, { temperature = 0 }):totable()
	local all = { 3, 1, 4 }
	for k = 1, 10 do
		local logits = model:eval()(T.tensor({ all }, "i32"))
		all[#all + 1] = logits:select(2, -1):argmax(-1):item()
		assert(all[#all] == out[k], k)
	end
	T.seed(1)
	local drawn = model:generate({ 3 }, 8, { temperature = 1.5, top_k = 5 })
	T.seed(1)
	assert(T.max_abs_diff(drawn, model:generate({ 3 }, 8, { temperature = 1.5, top_k = 5 })) == 0)
	assert(not pcall(model.generate, model, { 99 }, 3))
end
